/* Every list with its filters, scopes, and pages that stay whole while rows come in. */
#include "world.h"

#include "index/list.h"

static int setup(void **state)
{
    if (world_setup(state))
        return -1;
    struct world *w = *state;
    static const char *const docs[][3] = {
        {"school", "classes/2026/c9a.json", "{'year':2026,'number':9,'letter':'А','name':'9А'}"},
        {"school", "classes/2026/c9b.json", "{'year':2026,'number':9,'letter':'Б','name':'9Б'}"},
        {"school", "classes/2026/c1a.json", "{'year':2026,'number':1,'letter':'А','name':'1А'}"},
        {"school", "classes/2025/c8a.json", "{'year':2025,'number':8,'letter':'А','name':'8А'}"},
        {"school", "programmes/pr1.json", "{'title':'Робототехника','kind':'additional','hours':72,'to':'2027-05-31'}"},
        {"school", "programmes/pr2.json", "{'title':'Ёлочка','kind':'general'}"},
        {"school", "groups/g1.json", "{'title':'Роботы 1','programme':'pr1','year':2026,'from':'2026-09-01'}"},
        {"school", "groups/g2.json", "{'title':'Роботы 2','programme':'pr1','year':2025}"},
        {"school", "people/t1.json", "{'surname':'Яковлева','name':'Анна','number':'17','roles':[{'id':'r1','role':'class_teacher','class':'c9a','from':'2026-09-01'},"
                                     "{'id':'r2','role':'teacher','subject':'physics','class':'c9b','from':'2026-09-01'},{'id':'r3','role':'teacher','group':'g1','from':'2026-09-01'}]}"},
        {"school", "people/t2.json", "{'surname':'Ёжиков','name':'Пётр','roles':[{'id':'r4','role':'class_teacher','class':'c9a','to':'2026-08-31'},"
                                     "{'id':'r5','role':'duty','duty':'gto','from':'2026-09-01'}],'dismissed':'2026-10-01'}"},
        {"school", "people/m1.json", "{'surname':'Иванова','name':'Мария'}"},
        {"school", "events/v1/event.json", "{'title':'Осенний бал','level':'school','activity':'festival','from':'2026-10-20','state':'open','participants':[{'pupil':'b'},{'pupil':'c','result':'winner','entry':'e5'}]}"},
        {"school", "events/v2/event.json", "{'title':'Старт','activity':'sport','from':'2026-05-20','state':'closed'}"},
        {"school", "channels/h1.json", "{'title':'Сайт','plugin':'site','state':'active'}"},
        {"school", "channels/h2.json", "{'title':'Дневник','plugin':'diary','state':'removed'}"},
        {"school", "imports/i1.json", "{'format':'csv','state':'applied','created':{'by':'t1'},'counts':{'new':2},'changes':[{'repo':'a','path':'pupil.json','what':'new'},{'repo':'b','path':'pupil.json','what':'changed'}]}"},
        {"school", "imports/i2.json", "{'format':'xlsx','state':'undone'}"},
        {"a", "pupil.json", "{'surname':'Иванов','name':'Антон','patronymic':'Ильич','birth':'2011-03-05','number':'5','sex':'m','state':'active',"
                            "'guardians':[{'person':'m1','kind':'parent','rights':{'consent':false}},{'person':'t1','kind':'parent','to':'2026-01-01'}],'study':[{'form':'home'}]}"},
        {"b", "pupil.json", "{'surname':'Ёлкин','name':'Борис','birth':'2011-04-05','state':'active','guardians':[{'person':'m1'}]}"},
        {"c", "pupil.json", "{'surname':'Жуков','name':'Вера','birth':'2018-03-05','state':'active'}"},
        {"d", "pupil.json", "{'surname':'Иванов','name':'Антон','patronymic':'Ильич','birth':'2009-01-01','state':'left'}"},
        {"a", "classes.json", "{'classes':[{'class':'c8a','year':2025,'name':'8А','from':'2025-09-01','to':'2026-08-31'},{'class':'c9a','year':2026,'name':'9А','from':'2026-09-01'}],'groups':[{'group':'g1','from':'2026-09-01','to':'2026-12-31'}]}"},
        {"b", "classes.json", "{'classes':[{'class':'c9b','year':2026,'name':'9Б','from':'2026-09-01'}],'groups':[{'group':'g1','from':'2026-09-01'}]}"},
        {"c", "classes.json", "{'classes':[{'class':'c1a','year':2026,'name':'1А','from':'2026-09-01'}]}"},
        {"a", "reviews/w1.json", "{'kind':'review','state':'given','text':'Молодец','entry':'e1','by':'t1','asked':{'of':'t1','by':'a'}}"},
        {"a", "reviews/w2.json", "{'kind':'thanks','state':'asked','by':'t2','asked':{'of':'m1','by':'a'}}"},
        {"b", "reviews/w3.json", "{'kind':'review','state':'given','text':'Тайна','entry':'e4','by':'t1'}"},
        {"a", "consents/k1.json", "{'purpose':'dissemination','target':'h1','state':'active','fields':['name','title'],'from':'2026-09-01','to':'2027-08-31'}"},
        {"a", "consents/k2.json", "{'purpose':'processing','state':'withdrawn','from':'2026-09-01'}"},
        {"b", "consents/k3.json", "{'purpose':'dissemination','target':'h2','state':'active','fields':['photo']}"},
        {"a", "publications/h1/u1.json", "{'channel':'h1','entry':'e1','state':'published'}"},
        {"a", "goals/o1.json", "{'title':'Сдать ГТО','state':'active','due':'2027-05-01'}"},
        {"b", "goals/o2.json", "{'title':'Прочесть книгу','state':'reached'}"},
        {"a", "awards/w1.json", "{'kind':'k1','state':'nominated','school_year':'2026/27','created':{'by':'t1'}}"},
        {"b", "awards/w2.json", "{'kind':'k1','state':'refused','school_year':'2026/27','created':{'by':'t2'}}"},
        {"school", "awards/k1.json", "{'title':'Похвальный лист','state':'active'}"},
        {"school", "awards/k2.json", "{'title':'Благодарность','state':'closed'}"},
        {"a", "skills/s1.json", "{'kind':'personal','text':'Помогает','by':'t1','by_kind':'staff','date':'2026-10-01'}"},
        {"b", "skills/s2.json", "{'kind':'cognitive','text':'Ищет','by':'b','by_kind':'pupil','date':'2026-10-02'}"},
        {"a", "shares/l1.json", "{'sha256':'ff','state':'active','from':'2026-10-01','to':'2026-11-01'}"},
        {"b", "shares/l2.json", "{'sha256':'ee','state':'waiting','from':'2026-10-01'}"},
        {"b", "publications/h2/u2.json", "{'channel':'h2','entry':'e4','state':'removed'}"},
    };
    for (size_t i = 0; i < sizeof docs / sizeof docs[0]; i++)
        put(w, docs[i][0], docs[i][1], docs[i][2]);
    /* e1 verified and unchanged; e2 verified, then changed; e3 a draft; e4 sensitive; e5 of an event; e6 hidden; e7 disputed; e8 taken back */
    put_entry(w, "a", "e1", "entry", ",'state':'verified','kind':'achievement','section':'study','activity':'olympiad','title':'Олимпиада по физике','level':'municipal','result':'winner',"
                                     "'subject':'physics','date':'2026-10-01','school_year':2026,'class':'c9a','class_name':'9А','source':{'kind':'pupil','by':'a'},'changed':{'at':'2026-10-02T00:00:00.000Z'},"
                                     "'files':[{'path':'files/01.pdf','sha256':'aa','size':100}]");
    put_entry(w, "a", "e1", "verified", ",'state':'verified','kind':'achievement','section':'study','activity':'olympiad','title':'Олимпиада по физике','level':'municipal','result':'winner',"
                                        "'subject':'physics','date':'2026-10-01','school_year':2026,'files':[{'path':'files/01.pdf','sha256':'aa','size':100}]");
    put(w, "a", "entries/2026/e1/verification.json", "{'by':'t1','at':'2026-10-03T10:00:00.000Z','act':'seen_original'}");
    put_entry(w, "a", "e2", "entry", ",'state':'submitted','section':'extracurricular','activity':'sport','title':'Новое имя','date':'2026-10-05','group':'g1','revision':2,"
                                     "'source':{'kind':'guardian','by':'m1'},'changed':{'at':'2026-10-06T00:00:00.000Z'},'files':[{'path':'files/02.pdf','sha256':'bb','size':50}]");
    put_entry(w, "a", "e2", "verified", ",'state':'verified','section':'extracurricular','activity':'sport','title':'Старое имя','date':'2026-10-05','revision':1,'files':[{'path':'files/01.pdf','sha256':'aa','size':7}]");
    put_entry(w, "b", "e3", "entry", ",'state':'draft','section':'study','activity':'contest','title':'Черновик','date':'2026-09-15','subject':'physics','source':{'kind':'pupil','by':'b'}");
    put_entry(w, "b", "e4", "entry", ",'state':'verified','section':'extracurricular','activity':'sport','title':'Адаптивный спорт','date':'2026-09-20','sensitive':true,'changed':{'at':'2026-09-21'}");
    put_entry(w, "b", "e4", "verified", ",'state':'verified','section':'extracurricular','activity':'sport','title':'Адаптивный спорт','date':'2026-09-20'");
    put_entry(w, "c", "e5", "entry", ",'state':'submitted','section':'extracurricular','activity':'festival','title':'Осенний бал','date':'2026-10-20','source':{'kind':'event','by':'t1','event':'v1','batch':'i1'},"
                                     "'changed':{'at':'2026-10-01T00:00:00.000Z'},'mentor':{'person':'t2'},'significant':true");
    put_entry(w, "c", "e6", "entry", ",'state':'verified','title':'Скрытая','date':'2026-01-01','hidden':{'by':'c'}");
    put_entry(w, "c", "e6", "verified", ",'state':'verified','title':'Скрытая','date':'2026-01-01'");
    put_entry(w, "c", "e7", "entry", ",'state':'verified','title':'Спорная','date':'2026-01-02'");
    put_entry(w, "c", "e7", "verified", ",'state':'verified','title':'Спорная','date':'2026-01-02'");
    put(w, "c", "entries/2026/e7/dispute.json", "{'kind':'not_me','due':'2026-11-01'}");
    put_entry(w, "c", "e8", "entry", ",'state':'taken_back','title':'Убранная','created':{'at':'2025-12-31T10:00:00.000Z'}");
    put_entry(w, "c", "e8", "verified", ",'state':'verified','title':'Убранная','date':'2025-12-31'");
    return 0;
}

struct row {
    const char *list, *params, *ids;
};

#define T "'today':'2026-11-01'"

static const struct row SCHOOL[] = {
    {"classes", "{}", "c1a c9a c9b c8a"},
    {"classes", "{'year':2026,'number':9}", "c9a c9b"},
    {"classes", "{'name':'9Б'}", "c9b"},
    {"classes", "{'letter':'А','level':['noo','ooo'],'ids':['c8a','c1a']}", "c1a c8a"},
    {"programmes", "{}", "pr2 pr1"},
    {"programmes", "{'kind':'additional'}", "pr1"},
    {"programmes", "{'title':'ЕЛОЧКА'}", "pr2"},
    {"programmes", "{'today':'2027-06-01'}", "pr2"},
    {"groups", "{}", "g1 g2"},
    {"groups", "{'year':2025}", "g2"},
    {"groups", "{'programme':'pr1','leader':'t1'," T "}", "g1"},
    {"groups", "{'leader':'t1','today':'2026-08-01'}", ""},
    {"groups", "{'pupil':'a'," T "}", "g1"},
    {"groups", "{'pupil':'a','today':'2027-01-01'}", ""},
    {"people", "{}", "t2 m1 t1"},
    {"people", "{'query':'ежик'}", "t2"},
    {"people", "{'query':'анна яков'}", "t1"},
    {"people", "{'staff':true}", "t2 t1"},
    {"people", "{'staff':false}", "m1"},
    {"people", "{'guardians':true}", "m1 t1"},
    {"people", "{'dismissed':false}", "m1 t1"},
    {"people", "{'role':'class_teacher','class':'c9a'," T "}", "t1"},
    {"people", "{'role':'class_teacher','class':'c9a','today':'2026-08-01'}", "t2"},
    {"people", "{'role':'teacher','class':'c9a'," T "}", ""},
    {"people", "{'duty':'gto'," T "}", "t2"},
    {"people", "{'group':'g1'," T "}", "t1"},
    {"people", "{'subject':'physics','number':'17'," T "}", "t1"},
    {"people", "{'name_key':'Ежиков  петр'}", "t2"},
    {"people", "{'ids':['m1','nobody']}", "m1"},
    {"roles", "{}", "r1 r2 r3 r4 r5"},
    {"roles", "{'person':'t1'}", "r1 r2 r3"},
    {"roles", "{'class':'c9a'," T "}", "r1"},
    {"roles", "{'class':'c9a'}", "r1 r4"},
    {"roles", "{'group':'g1'}", "r3"},
    {"roles", "{'duty':'gto','role':'duty'}", "r5"},
    {"events", "{}", "v1 v2"},
    {"events", "{'year':2025}", "v2"},
    {"events", "{'state':'open','activity':'festival','level':'school'}", "v1"},
    {"events", "{'participant':'c'}", "v1"},
    {"events", "{'query':'балы осенние'}", "v1"},
    {"channels", "{'state':'active'}", "h1"},
    {"imports", "{}", "i2 i1"},
    {"imports", "{'state':'applied','format':'csv'}", "i1"},
    {"documents", "{'kind':'channel'}", "h1 h2"},
    {"documents", "{'kind':'review','repo':'a'}", "w1 w2"},
    {"documents", "{'kind':'review','says':'Молодец'}", "w1"},
    {"documents", "{'kind':'review','says':'Молодец','says_too':'Нет такого'}", ""},
    {"documents", "{'kind':'review','says':'Молодец','outside':'a'}", ""},
};

static const struct row PUPILS[] = {
    {"pupils", "{}", "b c a d"},
    {"pupils", "{'class':'c9a'," T "}", "a"},
    {"pupils", "{'class':'c9a','today':'2026-08-01'}", ""},
    {"pupils", "{'class':'c8a','today':'2026-08-01'}", "a"},
    {"pupils", "{'class_year':2026," T "}", "b c a"},
    {"pupils", "{'class_year':2026,'class_name':'9Б'," T "}", "b"},
    {"pupils", "{'level':'ooo'," T "}", "b a"},
    {"pupils", "{'in_class':false," T "}", "d"},
    {"pupils", "{'group':'g1'," T "}", "b a"},
    {"pupils", "{'group':'g1','today':'2027-02-01'}", "b"},
    {"pupils", "{'state':'active','sex':'m'}", "a"},
    {"pupils", "{'query':'иван'}", "a d"},
    {"pupils", "{'query':'елк бор'}", "b"},
    {"pupils", "{'guardian':'m1'}", "b a"},
    {"pupils", "{'guardian':'t1','today':'2025-12-31'}", "a"},
    {"pupils", "{'guardian':'t1'," T "}", ""},
    {"pupils", "{'ids':['a','c']}", "c a"},
    {"pupils", "{'birth':'2011-03-05','name_key':'Иванов Антон Ильич'}", "a"},
    {"pupils", "{'number':'5'}", "a"},
    {"pupils", "{'form':'home'," T "}", "a"},
    {"pupils", "{'scope':{}}", ""},
    {"pupils", "{'scope':{'all':true}}", "b c a d"},
    {"pupils", "{'scope':{'all':true,'except_pupils':['a','b']}}", "c d"},
    {"pupils", "{'scope':{'pupils':['d','c']}}", "c d"},
    {"pupils", "{'scope':{'classes':['c9a','c1a'],'pupils':['d']}," T "}", "c a d"},
    {"pupils", "{'scope':{'classes':['c8a']}," T "}", ""},
    {"pupils", "{'scope':{'levels':['noo']}," T "}", "c"},
    {"pupils", "{'scope':{'groups':['g1']}," T "}", "b a"},
    {"pupils", "{'scope':{'groups':['g1']},'today':'2027-02-01'}", "b"},
    {"pupils", "{'scope':{'class_subjects':['c9b\\u001fphysics'],'sections':['study'],'events':['v1']}," T "}", ""},
    {"pupils", "{'scope':{'classes':['c9a']},'query':'елкин'," T "}", ""},
    {"classes", "{'scope':{'classes':['c9b'],'levels':['noo']}}", "c1a c9b"},
    {"classes", "{'scope':{'pupils':['a']}}", ""},
    {"groups", "{'scope':{'groups':['g2']}}", "g2"},
    {"events", "{'scope':{'events':['v2']}}", "v2"},
    {"people", "{'scope':{'persons':['m1']}}", "m1"},
    {"people", "{'scope':{'classes':['c9a']}," T "}", "m1"},
    {"people", "{'scope':{'levels':['ooo']},'today':'2025-12-31'}", "m1 t1"},
    {"people", "{'scope':{'staff':true}," T "}", "t2 t1"},
    {"imports", "{'scope':{'made_by':'t1'}}", "i1"},
};

static const struct row ENTRIES[] = {
    {"entries", "{}", "e5 e2 e1 e4 e3 e7 e6 e8"},
    {"entries", "{'sensitive':true}", "e4"},
    {"entries", "{'sensitive':false}", "e5 e2 e1 e3 e7 e6 e8"},
    {"entries", "{'verified_only':true,'sensitive':false}", "e2 e1"},
    {"entries", "{'pupil':'b'}", "e4 e3"},
    {"entries", "{'class':'c9a'," T "}", "e2 e1"},
    {"entries", "{'class':['c9a','c9b']," T "}", "e2 e1 e4 e3"},
    {"entries", "{'class_then':'c9a'}", "e1"},
    {"entries", "{'group':'g1'}", "e2"},
    {"entries", "{'section':'study'}", "e1 e3"},
    {"entries", "{'activity':'sport'}", "e2 e4"},
    {"entries", "{'level':'municipal','result':['winner','laureate']}", "e1"},
    {"entries", "{'state':['submitted','draft']}", "e5 e2 e3"},
    {"entries", "{'school_year':2026}", "e1"},
    {"entries", "{'source':'guardian'}", "e2"},
    {"entries", "{'submitted_by':'m1'}", "e2"},
    {"entries", "{'kind':'achievement','subject':'physics'}", "e1"},
    {"entries", "{'event':'v1'}", "e5"},
    {"entries", "{'batch':'i1','mentor':'t2'}", "e5"},
    {"entries", "{'hidden':true}", "e6"},
    {"entries", "{'hidden':false,'pupil':'c'}", "e5 e7 e8"},
    {"entries", "{'disputed':true}", "e7"},
    {"entries", "{'disputed':false,'pupil':'c'}", "e5 e6 e8"},
    {"entries", "{'verified':true}", "e2 e1 e4 e7 e6 e8"},
    {"entries", "{'verified':false}", "e5 e3"},
    {"entries", "{'significant':true}", "e5"},
    {"entries", "{'with_files':true}", "e2 e1"},
    {"entries", "{'from':'2026-10-01','to':'2026-10-05'}", "e2 e1"},
    {"entries", "{'ids':['e1','e3','e4']}", "e1 e4 e3"},
    {"entries", "{'query':'олимпиады'}", "e1"},
    {"entries", "{'query':'имена'}", "e2"},
    {"entries", "{'query':'старое'}", ""},
    {"entries", "{'query':'старое','verified_only':true}", "e2"},
    {"entries", "{'query':'новое','verified_only':true}", ""},
    {"entries", "{'query':'имя','pupil':'b'}", ""},
    {"entries", "{'verified_only':true}", "e2 e1 e4"},
    {"entries", "{'verified_only':false,'pupil':'b'}", "e4 e3"},
    {"queue", "{}", "e5 e2"},
    {"queue", "{'class':'c9a'," T "}", "e2"},
    {"queue", "{'scope':{'levels':['noo']}," T "}", "e5"},
    {"queue", "{'event':'v1'}", "e5"},
    {"entries", "{'scope':{}}", ""},
    {"entries", "{'scope':{'all':true}}", "e5 e2 e1 e4 e3 e7 e6 e8"},
    {"entries", "{'scope':{'pupils':['a','b']}}", "e2 e1 e4 e3"},
    {"entries", "{'scope':{'classes':['c9b']}," T "}", "e4 e3"},
    {"entries", "{'scope':{'classes':['c8a']},'today':'2026-05-01'}", "e2 e1"},
    {"entries", "{'scope':{'levels':['noo']}," T "}", "e5 e7 e6 e8"},
    {"entries", "{'scope':{'groups':['g1']}," T "}", "e2"},
    {"entries", "{'scope':{'class_subjects':['c9b\\u001fphysics','c9a\\u001fhistory']}," T "}", "e3"},
    {"entries", "{'scope':{'class_subjects':['c9b\\u001fphysics']},'today':'2026-08-01'}", ""},
    {"entries", "{'scope':{'events':['v1']}," T "}", "e5"},
    {"entries", "{'scope':{'sections':['study']}," T "}", "e1 e3"},
    {"entries", "{'scope':{'activities':['sport']}," T "}", "e2 e4"},
    {"entries", "{'scope':{'level_sections':['ooo\\u001fextracurricular']}," T "}", "e2 e4"},
    {"entries", "{'scope':{'family_entries_of':['a']}}", "e2 e1"},
    {"entries", "{'scope':{'classes':['c9a'],'class_subjects':['c9b\\u001fphysics'],'pupils':['c']}," T "}", "e5 e2 e1 e3 e7 e6 e8"},
    {"entries", "{'scope':{'classes':['c9a'],'class_subjects':['c9b\\u001fphysics'],'events':['v1']}," T "}", "e5 e2 e1 e3"},
    {"entries", "{'scope':{'all':true,'sensitive':{'classes':['c9a']}}," T "}", "e5 e2 e1 e3 e7 e6 e8"},
    {"entries", "{'scope':{'all':true,'sensitive':{'classes':['c9b']}}," T "}", "e5 e2 e1 e4 e3 e7 e6 e8"},
    {"entries", "{'scope':{'all':true,'sensitive':{}},'verified_only':true}", "e2 e1"},
    {"entries", "{'scope':{'all':true,'family_only':{}}}", "e5 e2 e1 e4 e7 e6"},
    {"entries", "{'scope':{'all':true,'family_only':{'pupils':['b']}}}", "e5 e2 e1 e4 e3 e7 e6"},
    {"entries", "{'scope':{'all':true,'except_source_by':'m1','except_pupils':['c']}}", "e1 e4 e3"},
    {"queue", "{'scope':{'classes':['c9a']}," T "}", "e2"},
};

static void run(struct world *w, const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        expect(w, rows[i].list, rows[i].params, rows[i].ids);
}

static void test_school(void **state)
{
    run(*state, SCHOOL, sizeof SCHOOL / sizeof SCHOOL[0]);
}

static void test_pupils(void **state)
{
    run(*state, PUPILS, sizeof PUPILS / sizeof PUPILS[0]);
}

static void test_entries(void **state)
{
    run(*state, ENTRIES, sizeof ENTRIES / sizeof ENTRIES[0]);
}

static void test_others(void **state)
{
    struct world *w = *state;
    expect_column(w, "participants", "{'event':'v1'}", "pupil", "b c");
    expect_column(w, "participants", "{'event':'v1','scope':{'classes':['c1a']}," T "}", "pupil", "c");
    expect_column(w, "import_changes", "{'import':'i1'}", "repo", "a b");
    expect_column(w, "import_changes", "{'repo':'b','path':'pupil.json'}", "import", "i1");
    expect_column(w, "guardians", "{}", "person", "m1 t1 m1");
    expect_column(w, "guardians", "{'pupil':'a'," T "}", "person", "m1");
    expect_column(w, "guardians", "{'person':'m1'}", "pupil", "a b");
    expect_column(w, "guardians", "{'person':'m1'}", "consent", "- true");
    expect_column(w, "guardians", "{'scope':{'groups':['g1']}," T "}", "pupil", "a b");
    expect_column(w, "memberships", "{'class':'c9a'," T "}", "pupil", "a");
    expect_column(w, "memberships", "{'pupil':'a'}", "class", "c8a c9a");
    expect_column(w, "memberships", "{'year':2026,'scope':{'pupils':['c']}," T "}", "class", "c1a");
    expect_column(w, "group_members", "{'group':'g1'," T "}", "pupil", "a b");
    expect_column(w, "group_members", "{'group':'g1','today':'2027-03-01'}", "pupil", "b");
    expect(w, "reviews", "{}", "w2 w1");
    expect(w, "reviews", "{'show_sensitive':true}", "w3 w2 w1");
    expect(w, "reviews", "{'pupil':'a','state':'asked'}", "w2");
    expect(w, "reviews", "{'entry':'e1'}", "w1");
    expect(w, "reviews", "{'by':'t1'}", "w1");
    expect(w, "reviews", "{'asked_of':'m1','asked_by':'a','kind':'thanks'}", "w2");
    expect(w, "reviews", "{'scope':{'made_by':'t2'}}", "w2");
    expect(w, "reviews", "{'scope':{'asked_of':'t1'}}", "w1");
    expect(w, "reviews", "{'scope':{'classes':['c9b']},'show_sensitive':true," T "}", "w3");
    expect(w, "consents", "{}", "k3 k2 k1");
    expect(w, "consents", "{'pupil':'a','purpose':'dissemination','target':'h1','state':'active'}", "k1");
    expect(w, "consents", "{'on':'2027-09-01'}", "k3 k2");
    expect(w, "consents", "{'field':'photo'}", "k3");
    expect(w, "consents", "{'ends_before':'2027-09-01'}", "k1");
    expect(w, "consents", "{'scope':{'classes':['c9b'],'class_subjects':['c9a\\u001fphysics']}," T "}", "k3");
    expect(w, "publications", "{'channel':'h1'}", "u1");
    expect(w, "publications", "{'pupil':'b','state':'removed'}", "u2");
    expect(w, "publications", "{'entry':'e1'}", "u1");
    expect(w, "goals", "{}", "o2 o1");
    expect(w, "goals", "{'due_before':'2027-06-01'}", "o1");
    expect(w, "goals", "{'state':'reached','pupil':['a','b']}", "o2");
    expect(w, "goals", "{'scope':{'classes':['c9a']}," T "}", "o1");
    expect(w, "awards", "{'kind':'k1','school_year':2026}", "w2 w1");
    expect(w, "awards", "{'state':['nominated','agreed']}", "w1");
    expect(w, "awards", "{'scope':{'made_by':'t2'}," T "}", "w2");
    expect(w, "awards", "{'scope':{'classes':['c9a']}," T "}", "w1");
    expect(w, "award_kinds", "{}", "k2 k1");
    expect(w, "award_kinds", "{'state':'active'}", "k1");
    expect(w, "skills", "{'kind':'personal'}", "s1");
    expect(w, "skills", "{'by':'b','by_kind':'pupil','pupil':'b'}", "s2");
    expect(w, "skills", "{'scope':{'made_by':'t1'}}", "s1");
    expect(w, "skills", "{'scope':{'pupils':['b']}}", "s2");
    expect(w, "shares", "{'sha256':'ee'}", "l2");
    expect(w, "shares", "{'pupil':'a','state':'active'}", "l1");
    expect(w, "shares", "{'scope':{'pupils':['b']}}", "l2");
    expect_column(w, "showable", "{}", "entry", "e1 e2");
    expect_column(w, "showable", "{'activity':'sport'}", "entry", "e2");
    /* sensitive is never shown, even when asked for, nor when only one of the faces says so */
    expect_column(w, "showable", "{'sensitive':true}", "entry", "");
    expect_column(w, "verifications", "{'by':'t1','from':'2026-10-03','to':'2026-10-03'}", "entry", "e1");
    expect_column(w, "verifications", "{'to':'2026-10-02'}", "entry", "");
    expect_column(w, "disputes", "{'open':true,'due_before':'2026-12-01'}", "entry", "e7");
    expect_column(w, "files", "{'pupil':'a','sha256':'aa'}", "entry", "e1 e1 e2");
    int64_t bytes = 0;
    OK(w, index_bytes(w->ix, "a", &bytes, &w->err));
    assert_int_equal(bytes, 157);
    OK(w, index_bytes(w->ix, "zz", &bytes, &w->err));
    assert_int_equal(bytes, 0);
}

static void test_items(void **state)
{
    struct world *w = *state;
    char *cursor = NULL;
    json_t *items = list_page(w, "entries", "{'pupil':'a'," T "}", 10, &cursor);
    const json_t *e = json_array_get(items, 1);
    assert_string_equal(lt_json_str(e, "pupil_name"), "Иванов Антон Ильич");
    assert_string_equal(lt_json_str(e, "pupil_class_name"), "9А");
    assert_string_equal(lt_json_str(e, "class_name"), "9А");
    assert_int_equal(lt_json_int(e, "files", 0), 1);
    assert_true(lt_json_bool(e, "verified", false));
    assert_null(json_object_get(e, "disputed"));
    assert_null(json_object_get(e, "place"));
    json_decref(items);
    items = list_page(w, "pupils", "{'class':'c8a','today':'2026-02-01'}", 10, &cursor);
    assert_string_equal(lt_json_str(json_array_get(items, 0), "class_name"), "8А");
    json_decref(items);
    items = list_page(w, "showable", "{}", 10, &cursor);
    assert_string_equal(lt_json_str(lt_json_object(json_array_get(items, 1), "verified"), "title"), "Старое имя");
    json_decref(items);
    items = list_page(w, "people", "{'ids':['t1']," T "}", 10, &cursor);
    assert_true(lt_json_array_has(lt_json_array(json_array_get(items, 0), "roles"), "class_teacher"));
    json_decref(items);
    items = list_page(w, "usage", "{'pupil':'a'}", 10, &cursor);
    assert_int_equal(lt_json_int(json_array_get(items, 0), "bytes", 0), 157);
    json_decref(items);
    items = list_page(w, "imports", "{'state':'applied'}", 10, &cursor);
    assert_int_equal(lt_json_int(lt_json_object(json_array_get(items, 0), "counts"), "new", 0), 2);
    json_decref(items);
}

static void test_wrong_use(void **state)
{
    struct world *w = *state;
    static const char *const wrong[][2] = {{"entries", "{'pupils':'a'}"}, {"entries", "{'scope':{'klasses':['a']}}"}, {"entries", "{'scope':true}"}, {"channels", "{'scope':{}}"},
                                           {"entries", "{'from':['a']}"}, {"entries", "{'hidden':'yes'}"}, {"entries", "{'pupil':true}"}, {"entries", "{'scope':{'pupils':'a'}}"},
                                           {"entries", "{'query':7}"}, {"entries", "{'pupil':{}}"}, {"entries", "{'drafts_within':true}"}, {"nothing", "{}"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        json_t *p = J(wrong[i][1]), *items = NULL;
        char *next = NULL;
        int n = 0;
        if (index_list(w->ix, wrong[i][0], p, 10, NULL, &items, &next, &w->err) != LT_SYSTEM)
            fail_msg("%s %s", wrong[i][0], wrong[i][1]);
        assert_int_equal(index_count(w->ix, wrong[i][0], p, 10, &n, &w->err), LT_SYSTEM);
        json_decref(p);
    }
    json_t *p = J("{}"), *items = NULL;
    char *next = NULL, *other = NULL;
    OK(w, index_list(w->ix, "entries", p, 1, NULL, &items, &next, &w->err));
    json_decref(items);
    assert_non_null(next);
    /* a cursor of another list, broken ones */
    const char *cursors[] = {next, "!", "W10", "WyJwdXBpbHMiLDEsMl0", "e30", "%%%%"};
    for (size_t i = 0; i < sizeof cursors / sizeof cursors[0]; i++) {
        assert_int_equal(index_list(w->ix, "pupils", p, 1, cursors[i], &items, &other, &w->err), LT_USAGE);
        assert_string_equal(w->err.code, "cursor.malformed");
    }
    free(next);
    json_decref(p);
}

/* Each list gives the same rows in pages of any size as at once. */
static void test_pages(void **state)
{
    struct world *w = *state;
    const struct list *l;
    for (size_t i = 0; (l = list_at(i)); i++) {
        if (lt_starts(l->name, "search_"))
            continue;
        char *cursor = NULL;
        json_t *all = list_page(w, l->name, "{}", 1000, &cursor);
        for (int limit = 1; limit < 4; limit++) {
            json_t *paged = json_array();
            do {
                json_t *page = list_page(w, l->name, "{}", limit, &cursor);
                assert_true((int)json_array_size(page) == limit || !cursor);
                json_array_extend(paged, page);
                json_decref(page);
                assert_true(json_array_size(paged) <= json_array_size(all)); /* a key that repeats would never end */
            } while (cursor);
            if (!json_equal(all, paged))
                fail_msg("pages of %d of %s differ", limit, l->name);
            json_decref(paged);
        }
        if (json_array_size(all) == 0)
            fail_msg("%s is not tried: no rows", l->name);
        json_decref(all);
    }
}

/* Rows that come in behind the reader or before it neither repeat nor drop the others. */
static void test_pages_while_rows_come(void **state)
{
    struct world *w = *state;
    char id[40], more[120];
    for (int i = 0; i < 40; i++) {
        snprintf(id, sizeof id, "x%02d", i);
        snprintf(more, sizeof more, ",'state':'draft','date':'2026-03-%02d'", i % 7 + 1);
        put_entry(w, "d", id, "entry", more);
    }
    bool seen[40] = {false};
    char *cursor = NULL, last[60] = "~";
    int n = 0;
    do {
        json_t *page = list_page(w, "entries", "{'pupil':'d'}", 7, &cursor);
        for (size_t i = 0; i < json_array_size(page); i++) {
            const json_t *item = json_array_get(page, i);
            char key[60];
            snprintf(key, sizeof key, "%s %s", lt_json_str(item, "date"), lt_json_str(item, "id"));
            assert_true(strcmp(key, last) < 0);
            strcpy(last, key);
            if (lt_json_str(item, "id")[0] == 'x') {
                int at = atoi(lt_json_str(item, "id") + 1);
                assert_false(seen[at]);
                seen[at] = true;
            }
        }
        json_decref(page);
        snprintf(id, sizeof id, "y%02d", n);
        put_entry(w, "d", id, "entry", n % 2 ? ",'date':'2026-04-01'" : ",'date':'2026-02-01'");
        assert_true(++n < 100);
    } while (cursor);
    for (int i = 0; i < 40; i++)
        assert_true(seen[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_school, setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_pupils, setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_entries, setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_others, setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_items, setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_wrong_use, setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_pages, setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_pages_while_rows_come, setup, world_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
