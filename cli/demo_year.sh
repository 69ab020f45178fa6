# The life of the demo school beyond the main job: what a school year brings, so that lists, boards and charts have something to show.
# Sourced by cli/quickstart after cli/demo.sh.

# demo_own TITLE FILE words…: an entry the pupil makes
demo_own() {
    local title=$1 file=$2
    shift 2
    as pupil "$demo_password" entry add --pupil "$demo_pupil" --title "$title" --file "$file" "$@" | pick .id
}

demo_year() { # demo_year FILES: after demo_portfolio
    local files=$1 entry event name those
    for name in mathematics russian biology; do
        as director "$demo_password" import apply --format olympiad "$files/demo/olympiad-$name.xlsx" --skip-doubtful >/dev/null
    done
    as director "$demo_password" import apply --format gto-results "$files/demo/gto.xlsx" --skip-doubtful >/dev/null

    demo_own 'Благодарность за помощь приюту' "$files/scans/04-thanks-photo.jpg" --activity volunteering --level municipal --result participant \
        --organiser 'Приют «Верный друг»' --date 2026-10-24 --hours 12 --submit yes >/dev/null
    demo_own 'Открытый кросс «Золотая осень»' "$files/scans/02-sport-gramota-scan.jpg" --activity sport --level municipal --result winner --place 1 \
        --date 2026-09-27 --submit yes >/dev/null
    entry=$(demo_own 'Конференция «Шаг в науку»' "$files/scans/03-conference-certificate.pdf" --activity conference --level regional --result participant \
        --date 2026-10-30 --submit yes) || exit 1
    as teacher "$demo_password" entry return "$entry" --reason 'На скане не видна печать. Сфотографируйте ещё раз.' >/dev/null
    demo_own 'Конкурс рисунков «Мой город»' "$files/scans/05-art-laureate.png" --activity art --level school --result laureate --date 2026-11-05 >/dev/null
    as pupil "$demo_password" goal add --pupil "$demo_pupil" --title 'Пройти на региональный этап по математике' \
        --plan 'Решать по две задачи прошлых лет в день, ходить на кружок по средам.' --due 2027-01-20 >/dev/null
    as pupil "$demo_password" review ask --pupil "$demo_pupil" --of "$demo_teacher" --note 'Для вступления в кружок робототехники.' >/dev/null

    event=$(as teacher "$demo_password" event add --title 'День школьной науки' --activity conference --level school --from 2026-11-12 \
        --organiser 'Школа № 7' | pick .id) || exit 1
    mapfile -t those < <(as teacher "$demo_password" pupil list --class "$demo_class" --limit 14 | jq -r '.items[]|"--pupil", .id')
    as teacher "$demo_password" event participants "$event" "${those[@]}" --result participant >/dev/null
    as teacher "$demo_password" event close "$event" >/dev/null
}
