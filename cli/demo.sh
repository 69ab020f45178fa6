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
    [ -e "$2/demo/gto.xlsx" ] && [ -e "$2/scans/01-olympiad-diploma.pdf" ] && return 0
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
    [ ! -e "$3.making" ] || rm -rf "$3.making" "$3-site" # what an interrupted run left
    demo_school "$3.making" "$2/demo-files"
    demo_portfolio "$2/demo-files" "$3-site"
    demo_year "$2/demo-files"
    mv "$3.making" "$3"
}

demo_show() { # demo_show BUILD DATA ADDRESS
    cat <<TXT

The demo school is ready.

  In the browser   $3
  Password         $demo_password (of everybody)
  Sign in as       pupil      a pupil of class 9А
                   parent     a parent of this pupil
                   teacher    the class teacher of 9А
                   director   the director

In the terminal (teacher-b is the class teacher of 9Б):
  export LETOPIS_DATA=$2 LETOPIS_PASSWORD=$demo_password
  $1/letopis --as teacher entry list
  $1/letopis --as parent session me
  $1/letopis --as director publication status
  git -C \$(ls -d $2/portfolios/*/*.git | head -1) log        the story of a pupil
  $2-site/current/index.html                                 the published page
TXT
}

# --- over HTTP ---

demo_serve() { # demo_serve WORK: a server on a free port, its address in $demo_address
    "$demo_program" -C "$demo_data" --json serve --listen 127.0.0.1:0 >"$1/serve.out" 2>"$1/serve.err" &
    demo_server=$!
    local i
    for i in $(seq 100); do
        [ -s "$1/serve.out" ] && break
        kill -0 $demo_server 2>/dev/null || { cat "$1/serve.err" >&2; demo_fail "the server did not start"; }
        sleep 0.1
    done
    demo_address=$(pick .address <"$1/serve.out")
}

demo_serve_end() {
    kill -TERM $demo_server
    wait $demo_server || demo_fail "the server ended with $?"
    demo_server=
}

# web STATUS WHO METHOD PATH curl-arguments…: one request in that person's name; the answer's body. STATUS is what it must be.
web() {
    local want=$1 who=$2 method=$3 path=$4 got
    shift 4
    got=$(curl -s -o "$demo_work/answer" -w '%{http_code}' -X "$method" -b "$demo_work/$who.jar" -c "$demo_work/$who.jar" \
        -H "X-Letopis-CSRF: ${csrf-$(cat "$demo_work/$who.csrf" 2>/dev/null)}" "$@" "${demo_address}api/v1$path") || demo_fail "$method $path: no answer"
    [ "$got" = "$want" ] || { cat "$demo_work/answer" >&2; demo_fail "$method $path (as $who): $got, not $want"; }
    cat "$demo_work/answer"
}
json=(-H 'Content-Type: application/json')

web_login() {
    web 200 "$1" POST /session "${json[@]}" -d "{\"login\":\"$1\",\"password\":\"$demo_password\"}" | pick .csrf >"$demo_work/$1.csrf.new"
    mv "$demo_work/$1.csrf.new" "$demo_work/$1.csrf"
}

demo_check_web() { # demo_check_web FILES: part of the main job as a browser does it
    local entry revision who
    demo_serve "$demo_work"
    [ "$(curl -s -o "$demo_work/answer" -w '%{http_code} %{content_type}' "$demo_address")" = '200 text/html; charset=utf-8' ] || demo_fail "no page at $demo_address"
    for who in pupil parent teacher teacher-b director; do web_login $who; done
    web 200 parent GET /session | jq -e --arg p "$demo_pupil" '.children[0].pupil == $p and .places == ["guardian"]' >/dev/null || demo_fail "who the parent is"
    demo_ok "signed in through the web as pupil, parent, teacher and director"
    entry=$(web 201 pupil POST /entries -F "values={\"pupil\":\"$demo_pupil\",\"activity\":\"contest\",\"title\":\"Конкурс чтецов\",\"level\":\"school\",\"result\":\"winner\",\"date\":\"2026-10-20\"};type=application/json" \
        -F "file=@$1/scans/04-thanks-photo.jpg" | pick .id)
    csrf=another web 403 pupil POST "/entries/$entry/submit" "${json[@]}" -d '{}' >/dev/null
    web 200 pupil POST "/entries/$entry/submit" "${json[@]}" -d '{}' >/dev/null
    web 200 teacher GET '/entries?queue=true' | jq -e --arg e "$entry" '[.items[].id] | index($e) != null' >/dev/null || demo_fail "the entry is not in the teacher's queue"
    revision=$(web 200 teacher GET "/entries/$entry" | pick .revision)
    web 412 teacher POST "/entries/$entry/verify" "${json[@]}" -H "If-Match: \"$((revision + 7))\"" -d '{"act":"seen_original"}' >/dev/null
    web 200 teacher POST "/entries/$entry/verify" "${json[@]}" -H "If-Match: \"$revision\"" -d '{"act":"seen_original"}' >/dev/null
    web 200 parent GET "/entries/$entry/files" >"$demo_work/scan"
    cmp -s "$demo_work/scan" "$1/scans/04-thanks-photo.jpg" || demo_fail "the scan came back different through the web"
    web 404 teacher-b GET "/entries/$entry" >/dev/null
    web 404 teacher-b GET "/entries/$entry/files" >/dev/null
    web 204 pupil DELETE /session >/dev/null
    web 401 pupil GET "/entries/$entry" >/dev/null
    demo_serve_end
    demo_ok "entered with a photo, verified and fetched through the web; a stale page, a forged request and a stranger are refused"
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
    demo_server=
    trap '[ -z "$demo_server" ] || kill $demo_server 2>/dev/null; rm -rf "$demo_work"' EXIT
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
    demo_check_web "$2/demo-files"
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
