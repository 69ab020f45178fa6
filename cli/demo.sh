# The demo school and the check of the main job; sourced by cli/quickstart. Everything is done by the program's own commands.

demo_password=letopis-demo-2026
demo_steps=0

demo_fail() { echo "FAILED: $*" >&2; exit 1; }
demo_ok() { demo_steps=$((demo_steps + 1)); printf '  ok  %s\n' "$*"; }

# as LOGIN PASSWORD words…: one command in that person's name, answer as JSON
as() {
    local login=$1 password=$2 out
    shift 2
    out=$(LETOPIS_PASSWORD=$password "$demo_program" -C "$demo_data" --as "$login" --json "$@" </dev/null) ||
        { echo "$out" >&2; demo_fail "letopis $* (as $login)"; }
    printf '%s' "$out"
}
# refused CODE LOGIN PASSWORD words…: the command must be refused with this exit code
refused() {
    local want=$1 login=$2 password=$3 rc=0
    shift 3
    LETOPIS_PASSWORD=$password "$demo_program" -C "$demo_data" --as "$login" --json "$@" >/dev/null 2>&1 </dev/null || rc=$?
    [ $rc = "$want" ] || demo_fail "letopis $* (as $login) ended with $rc, not $want"
}
pick() { jq -er "$1" || demo_fail "the answer has no $1"; }

# own_password LOGIN SLIP: the first thing everybody does with a slip
own_password() {
    printf '%s\n' "$demo_password" | LETOPIS_PASSWORD=$2 "$demo_program" -C "$demo_data" --as "$1" --json --password-file - account password >/dev/null ||
        demo_fail "account password (as $1)"
}

# account ID LOGIN: made by the director, handed over, with an own password
account() {
    local slip
    slip=$(as director "$demo_password" account create "$1" --login "$2" | pick .password)
    as director "$demo_password" account confirm "$1" >/dev/null
    own_password "$2" "$slip"
}

demo_files() { # demo_files ROOT OUT
    [ -e "$2/demo/roster.xlsx" ] && [ -e "$2/scans/01-olympiad-diploma.pdf" ] && return 0
    /usr/bin/python3 "$1/tests/data/make" "$2" --only demo --only scans >/dev/null || demo_fail "the demo files could not be made"
}

demo_school() { # demo_school DATA FILES: school, roster, people
    demo_data=$1
    LETOPIS_PASSWORD=$demo_password "$demo_program" -C "$demo_data" --json school init --name 'Школа № 7 города Заречного' --admin director >/dev/null ||
        demo_fail "school init"
    "$demo_program" -C "$demo_data" --json plugin enable site >/dev/null || demo_fail "plugin enable site"
    as director "$demo_password" import apply --format roster "$2/demo/roster.xlsx" --skip-doubtful >/dev/null
    demo_class=$(as director "$demo_password" class list | pick '.items[]|select(.name=="9А").id')
    demo_other_class=$(as director "$demo_password" class list | pick '.items[]|select(.name=="9Б").id')
    demo_pupil=$(as director "$demo_password" pupil list --class "$demo_class" --limit 1 | pick '.items[0].id')
    demo_surname=$(as director "$demo_password" pupil show "$demo_pupil" | pick .surname)
    demo_other=$(as director "$demo_password" pupil list --class "$demo_other_class" |
        jq -er --arg s "$demo_surname" '[.items[]|select(.surname != $s)][0].id') || demo_fail "9Б has nobody of another family"
    demo_guardian=$(as director "$demo_password" pupil show "$demo_pupil" | pick '.guardians[0].person')
    demo_teacher=$(as director "$demo_password" class show "$demo_class" | pick '.roles[]|select(.role=="class_teacher").person')
    demo_teacher_b=$(as director "$demo_password" class show "$demo_other_class" | pick '.roles[]|select(.role=="class_teacher").person')
    account "$demo_pupil" pupil
    account "$demo_guardian" parent
    account "$demo_teacher" teacher
    account "$demo_teacher_b" teacher-b
}

# consent words…: given by the parent; from 14 the pupil signs too
consent() {
    local id state
    id=$(as parent "$demo_password" consent give --pupil "$demo_pupil" "$@") || exit 1
    state=$(printf '%s' "$id" | pick .state)
    id=$(printf '%s' "$id" | pick .id)
    [ "$state" = active ] || as pupil "$demo_password" consent confirm "$id" >/dev/null
    demo_consent=$id
}

demo_portfolio() { # demo_portfolio FILES SITE: the main job
    consent --purpose processing
    demo_entry=$(as pupil "$demo_password" entry add --pupil "$demo_pupil" --activity olympiad --title 'Всероссийская олимпиада школьников по математике' \
        --organiser 'Управление образования города Заречного' --level municipal --result prize_winner --stage municipal --date 2026-11-15 --subject математика \
        --file "$1/scans/01-olympiad-diploma.pdf" | pick .id)
    as pupil "$demo_password" entry submit "$demo_entry" >/dev/null
    as parent "$demo_password" review add --pupil "$demo_pupil" --entry "$demo_entry" \
        --text 'Готовилась сама, по вечерам. Мы видели, сколько в этой олимпиаде труда.' >/dev/null
    as teacher "$demo_password" entry verify "$demo_entry" --act seen_original >/dev/null
    demo_channel=$(as director "$demo_password" channel add --title 'Сайт школы' --plugin site --folder "$2" | pick .id)
    consent --purpose dissemination --target "$demo_channel" --field name --field class --field title --field result --field date
    as director "$demo_password" publication run --channel "$demo_channel" >/dev/null
}

demo_make() { # demo_make ROOT BUILD DATA
    demo_program=$2/letopis
    if [ -e "$3/school.git" ]; then
        echo "The demo school is in $3 already."
        return 0
    fi
    demo_files "$1" "$2/demo-files"
    echo "Making the demo school in $3 …"
    demo_school "$3" "$2/demo-files"
    demo_portfolio "$2/demo-files" "$3-site"
}

demo_show() { # demo_show BUILD DATA
    cat <<TXT

The demo school is ready. Everybody's password: $demo_password
  director, teacher (class 9А), parent, pupil, teacher-b (class 9Б)

Look at it:
  export LETOPIS_DATA=$2 LETOPIS_PASSWORD=$demo_password
  $1/letopis --as teacher entry list
  $1/letopis --as parent session me
  $1/letopis --as director publication status
  git -C \$(ls -d $2/portfolios/*/*.git | head -1) log        the story of a pupil
  $2-site/current/index.html                                 the published page
TXT
}

# --- the check ---

demo_signatures() { # every commit of a repository is good for stock git, and the signer is the committer
    local bad
    git -C "$1" fsck --full --strict --no-dangling >/dev/null 2>&1 || demo_fail "git fsck of $1"
    bad=$(git -C "$1" -c gpg.format=ssh -c gpg.ssh.allowedSignersFile="$demo_data/keys/allowed_signers" log --all --format='%H %G? %GS %ce' |
        awk '$2!="G" || $3!=$4 {print; exit}')
    [ -z "$bad" ] || demo_fail "signature: $bad"
}

demo_lists() { # what a director sees, for comparison
    as director "$demo_password" pupil list --limit 500
    as director "$demo_password" entry list --limit 500
    as director "$demo_password" class list --limit 500
    as director "$demo_password" consent list --limit 500
}

demo_check() { # demo_check ROOT BUILD
    local before after work
    demo_work=$(mktemp -d)
    work=$demo_work
    trap 'rm -rf "$demo_work"' EXIT
    demo_program=$2/letopis
    demo_files "$1" "$2/demo-files"
    echo "Main job:"
    demo_school "$work/data" "$2/demo-files"
    demo_ok "school set up from a roster: $(as director "$demo_password" system status | jq -r '.pupils') pupils"
    as director "$demo_password" import apply --format roster "$2/demo-files/demo/roster.xlsx" --skip-doubtful |
        jq -e '[.counts.new, .counts.changed, .counts.moved] | map(. // 0) | add == 0' >/dev/null || demo_fail "the same roster again changed something"
    demo_ok "the same roster again changes nothing"
    refused 1 pupil "$demo_password" entry add --pupil "$demo_pupil" --activity olympiad --title 'До согласия' --level school --result winner --date 2026-10-01
    demo_ok "before the family's consent the pupil can enter nothing"
    demo_portfolio "$2/demo-files" "$work/site"
    demo_ok "entry added with a scan, reviewed by the parent, verified by the class teacher, consented to, published"
    as parent "$demo_password" entry show "$demo_entry" | jq -e '.state == "verified" and .files[0].size > 0' >/dev/null || demo_fail "the entry is not verified"
    LETOPIS_PASSWORD=$demo_password "$demo_program" -C "$demo_data" --as parent --out "$work/scan.pdf" file get "$demo_entry" >/dev/null 2>&1
    cmp -s "$work/scan.pdf" "$2/demo-files/scans/01-olympiad-diploma.pdf" || demo_fail "the scan came back different"
    demo_ok "the scan comes back byte for byte"
    refused 3 teacher-b "$demo_password" entry show "$demo_entry"
    refused 3 parent "$demo_password" pupil show "$demo_other"
    demo_ok "another class teacher and another family see nothing"
    grep -rqF "$demo_surname" "$work/site/current/" || demo_fail "the published site does not name the pupil"
    as director "$demo_password" pupil list --limit 500 |
        jq -r --arg me "$demo_pupil" '(.items[]|select(.id == $me)|"\(.surname) \(.name)") as $own | .items[]|"\(.surname) \(.name)"|select(. != $own)' >"$work/others"
    [ "$(wc -l <"$work/others")" -gt 200 ] || demo_fail "the list of pupils is short"
    ! grep -rqF -f "$work/others" "$work/site/current/" || demo_fail "the published site names a pupil without consent"
    demo_ok "the site names who consented and nobody else"
    local portfolio=$demo_data/portfolios/${demo_pupil: -2}/$demo_pupil.git
    demo_signatures "$portfolio"
    demo_signatures "$demo_data/school.git"
    demo_ok "stock git verifies every signature: $(git -C "$portfolio" rev-list --count HEAD) commits tell the pupil's story"
    before=$(demo_lists)
    rm -f "$demo_data"/index.db*
    "$demo_program" -C "$demo_data" --json system reindex >/dev/null || demo_fail "system reindex"
    after=$(demo_lists)
    [ "$before" = "$after" ] || demo_fail "the rebuilt index answers differently"
    demo_ok "the index was deleted and rebuilt: the same lists"
    LETOPIS_PASSWORD=$demo_password "$demo_program" -C "$demo_data" --as parent --out "$work/p.bundle" portfolio export "$demo_pupil" --format bundle >/dev/null 2>&1
    git clone -q "$work/p.bundle" "$work/clone" 2>/dev/null && [ -e "$work/clone/pupil.json" ] || demo_fail "the bundle does not clone"
    LETOPIS_PASSWORD=$demo_password "$demo_program" -C "$demo_data" --as parent --out "$work/p.zip" portfolio export "$demo_pupil" --format zip >/dev/null 2>&1
    /usr/bin/python3 -m zipfile -t "$work/p.zip" >/dev/null || demo_fail "the ZIP is damaged"
    demo_ok "the family takes the portfolio away as a bundle and as a ZIP"
    as parent "$demo_password" consent withdraw "$demo_consent" >/dev/null
    as director "$demo_password" publication run --channel "$demo_channel" >/dev/null
    ! grep -rqF "$demo_surname" "$work/site/" || demo_fail "the site still names the pupil after the withdrawal"
    demo_ok "after the withdrawal the site names nobody"
    "$demo_program" -C "$demo_data" --json system fsck >/dev/null || demo_fail "system fsck"
    demo_ok "everything verified (system fsck)"
    echo "$demo_steps checks passed"
}
