/* A portfolio with something in it: what the pupil's and the family's pages are looked at with. */
const ENTRIES = [
  [{activity: 'sport', kind: 'achievement', title: 'Осенний кросс «Золотая осень»', organiser: 'Спортивная школа города Заречного', level: 'municipal', result: 'winner', place: 1, date: '2026-10-09'}, ['scans/02-sport-gramota-scan.jpg'], 'verify'],
  [{activity: 'conference', kind: 'achievement', title: 'Конференция «Шаг в науку»', organiser: 'Лицей № 2', level: 'regional', result: 'participant', date: '2026-10-23', subject: 'биология'}, ['scans/03-conference-certificate.pdf'], 'submit'],
  [{activity: 'volunteering', kind: 'experience', title: 'Помощь приюту для животных', hours: 24, date: '2026-09-12', section: 'personal'}, ['scans/04-thanks-photo.jpg'], 'verify'],
  [{activity: 'art', kind: 'achievement', title: 'Городской фестиваль детского творчества «Краски осени»', organiser: 'Дом творчества', level: 'municipal', result: 'laureate', degree: 1, date: '2026-09-27', section: 'additional'}, ['scans/05-art-laureate.png'], 'return'],
  [{activity: 'course', kind: 'experience', title: 'Летняя математическая смена', organiser: 'Центр «Горизонт»', date: '2026-06-21', section: 'additional', hours: 72}, ['scans/06-course-three-pages.pdf'], 'verify'],
  [{activity: 'project', kind: 'work', title: 'Птицы нашего парка', date: '2026-05-14', section: 'study'}, [], 'draft'],
];

export async function fillPortfolio(s) {
  const pupil = await s.as('pupil');
  const teacher = await s.as('teacher');
  const made = [];
  for (const [values, files, end] of ENTRIES) {
    const entry = await pupil.sendFiles('POST', '/entries', {...values, pupil: pupil.session.id, submit: end !== 'draft'}, {file: files});
    if (end === 'verify') await teacher.send('POST', `/entries/${entry.id}/verify`, {act: 'seen_original', revision: entry.revision});
    if (end === 'return') await teacher.send('POST', `/entries/${entry.id}/return`, {reason: 'Не видна печать. Сфотографируйте, пожалуйста, ещё раз.', revision: entry.revision});
    made.push({...entry, end});
  }
  return {pupil, teacher, entries: made};
}
