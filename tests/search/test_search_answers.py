"""What find answers, phrase by phrase: which page comes first, and which wing gets which phrase."""

from contextlib import closing

import pytest

from helphub.content import memory
from helphub.search import meanings, views
from helphub.search.index import Index, place
from helphub.search.results import search_in
from tests.support.find import ask

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def seen():
    """What was answered, by words: the content is the same in every test here."""
    return {}


@pytest.fixture(scope="module")
def remembered():
    return memory.Memory()


@pytest.fixture
def answer(built, seen, remembered):
    """The addresses found, in the page's order, without rendering the page."""
    with memory.using(remembered), closing(Index(place())) as index:

        def addresses(words):
            if words not in seen:
                hits = search_in(index, words, "en").hits
                groups = views.grouped(hits)
                seen[words] = [
                    entry.get_absolute_url() for group in groups for entry in group.entries
                ]
            return seen[words]

        yield addresses


def lines(text):
    return [line.strip() for line in text.strip().splitlines()]


# The best answer comes first. Where two are equally good, either may.
FIRST = {
    "/guides/just-happened/": """
        raped
        i was raped
        am i raped
        i was raped last nite
        rapped last nite
        i was raped last night what do i do
        attacked last night
        raped this morning
        it just happened
        r4pe
        r*pe
        r@pe
        r a p e
        r.a.p.e
        grape
        i got graped
        s3xual assault
        sexually assaulted
        SA
        gang raped
        date rape
        spiked
        drink spiked
        ghb
        i think i was drugged
        cant remember last night
        can i wash
        should i shower
        morning after pill
        hiv
        pep
        sti test
        pregnant
        rape clinik
        sarc
        gwałt
        gwalt
        zgwalcil mnie
        viol
        اغتصاب
        زیادتی
        ਬਲਾਤਕਾਰ
        ਜ਼ਬਰਦਸਤੀ
        zabardasti
        zyadti
        balatkar
    """,
    "/guides/long-ago/": """
        i was raped 30 years ago
        it was 30 years ago
        abused as a child
        childhood abuse
        flashbacks
        historic abuse
        happened when i was a kid
    """,
    "/guides/photos/": """
        someone says they will share my picture
        he threatens to share my pictures
        sextortion snapchat
    """,
    "/guides/not-sure/": """
        not sure if it counts
        does it count
        was it my fault
    """,
    "/guides/consent/": """
        consent
        what is consent
        stealthing
        he took the condom off
        head without asking
        got fingered at a party
        i froze
        i didnt say no
        said yes but
        i feel dirty
        hate myself for liking it
        i enjoyed it
        am i overreacting
        i feel guilty
    """,
    "/guides/reporting/": """
        police dropped my case
        the police have dropped the case
        no further action
        should i report
        will i have to go to court
        police
        i dont want police
        report to police
        cps dropped it
    """,
    "/guides/someone-else/": """
        my friend was raped
        my girlfriend was raped
        how to help a friend
        my sister was raped by my dad
        my adult daughter was raped
        my 25 year old daughter was raped
        my daughter was raped at uni
        my daughter was raped by her husband
        my nan told me her carer touched her
        he is a rapist
    """,
    "/guides/a-child/": """
        my daughter told me something
        my son told me something happened
        worried about a child
        my child was abused
        i think he might hurt a child
        someone might hurt my child
        noncing
        he is a nonce
        my husband hurts our kids
        is my son being abused
        has my daughter been abused
        signs of abuse in a child
        signs of child abuse
        child abuse
        how can i help my child who was abused
        support for parents of abused child
        something happened to my son
        my kid got spiked
        my ex hurts our children
        i am a nan worried about my grandson
        aunt worried about niece
        my niece is scared of her stepdad
        my little brother is being touched by my uncle
        i think the kids next door are being abused
        my neighbours child is being hurt
        worried about a girl in my class
        i found child porn on my dads phone
    """,
    "/guides/children/": """
        i am 14 and scared
        im 15
        my dad touches me
        under 18
    """,
    "/guides/professionals/": """
        professional
        teacher disclosure
        safeguarding
        i am a teacher worried about a pupil
    """,
    "/help-now/": """
        suicidal
        unalive
        i want to die
        kill myself
        kms
        self harm
        cutting myself
        cant cope
        my son is suicidal
        suicidal teenager
        im 15 and i want to die
        he raped me and i want to die
        no credit
        no money to call
        free number
        help
        i need help
        someone to talk to
        lonely
        nie mam pieniędzy na telefon
        خودکشی
    """,
    "/using-this-site/": """
        clear history
        he checks my phone
        spyware
        incognito
    """,
    "/say-this/": """
        interpreter
        i need an interpreter
        translator
        i dont speak english
        no english
        speak urdu
        potrzebuję tłumacza
    """,
    "/near/": """
        DY1 1HL
        dy11hl
        dy8
        near me
        B63 3AA
        stourbridge
    """,
    "/services/local-number/": """
        01384 455411
        01384455411
        +44 1384 455411
        0044 1384 455411
        1384455411
        01384-455411
        who is 01384 455411
        spoc
        disabled
        autistic
    """,
    "/services/day-and-night-line/": """
        0808 500 2222
        08085002222
        rape crisis
        24 hour
    """,
    "/services/mens-advice/": """
        my wife hits and forces me
        my wife hits me
        abused by my wife
        0808 801 0327
    """,
    "/services/picture-helpline/": """
        revenge porn
        leaked my nudes
        he is blackmailing me
        deepfake
        ex shared my pictures
        szantaż zdjęcia
    """,
    "/services/pictures-under-18/": """
        delete my picture
        report remove
        nudes
    """,
    "/services/safety-centre/": """
        groomed on roblox
        snapchat
        ceop
        catfished
    """,
    "/services/unwanted-contact/": """
        stalker
        he wont stop texting me
        following me
        airtag
    """,
    "/services/marriage-unit/": """
        forced to marry
        forced marriage
    """,
    "/services/family-and-marriage/": """
        honour
        karma nirvana
    """,
    "/services/family-health-line/": """
        fgm
        cutting
        khatna
        ختان
    """,
    "/services/work-and-freedom/": """
        trafficked
        passport taken
        slavery
    """,
    "/services/community-line/": """
        gay
        trans
        galop
    """,
    "/services/sign-language-support/": """
        deaf bsl
        deaf
        sign language
    """,
    "/services/advice-for-women/": """
        visa
        no recourse
        asylum seeker
        southall black sisters
    """,
    "/services/sikh-and-panjabi-women/": """
        sikh
    """,
    "/services/dudley-childrens-team/": """
        mash
        social services
    """,
    "/services/urgent-help-by-video/": """
        999 bsl
        deaf 999
        deaf emergency
        deaf and in danger
        emergency in sign language
        i am deaf and need the ambulance
    """,
    "/services/urgent-help-by-text/": """
        text 999
    """,
    "/services/typing-on-the-phone/": """
        relay uk
        text relay
        18001
        minicom
    """,
    "/services/hopeline/": """
        papyrus
        hopeline
        hopeline247
    """,
    "/services/rights-at-work/": """
        acas
        rights at work
    """,
    "/services/long-ago-line/ or /guides/long-ago/": """
        napac
    """,
    "/services/duty-team/": """
        edt
        out of hours
    """,
    "/services/urgent-help/": """
        999
    """,
    "/services/not-urgent/": """
        101
    """,
    "/services/under-19/": """
        childline
        0800 1111
        08001111
    """,
    "/services/someone-to-listen/": """
        samaritans
        116 123
        116123
    """,
    "/services/support-by-text/": """
        shout
        85258
        cant talk
    """,
    "/services/worried-about-a-child/": """
        nspcc
        0808 800 5000
    """,
    "/services/give-information/": """
        crimestoppers
        anonymous
    """,
    "/services/council-plus/": """
        homeless
        housing
        council
    """,
    "/services/supportline/": """
        victim support
    """,
    "/services/local-outreach/ or /services/life-at-home/": """
        refuge
        chadd
    """,
    "/topics/at-home/": """
        domestic abuse
    """,
    "/topics/respect/": """
        harassed at work
        my boss
        catcalling
        groped on the bus
        sexual harassment
    """,
    "/topics/cameras/": """
        upskirting
        hidden camera
    """,
    "/topics/women-and-girls/": """
        violence against women and girls
    """,
    "/privacy/": """
        privacy
        privacy notice
        privacy policy
        cookies
    """,
    "/accessibility/": """
        accessibility
        accessibility statement
        screen reader
    """,
    "/strategy/": """
        strategy
    """,
    "/strategy/priorities/": """
        strategy priorities
    """,
    "/strategy/evidence/": """
        statistics
        how common is rape
    """,
    "/strategy/governance/": """
        governance
    """,
    "/services/day-and-night-line/ or /services/local-number/ or /guides/close-to-home/": """
        my boyfriend forced me
        my husband rapes me
        husband forces me
        my partner forced me
        mąż mnie zmusza do seksu
        میرے شوہر زبردستی کرتے ہیں
        ma obliga
        mă obligă
        زوجي يجبرني
        ਪਤੀ ਜ਼ਬਰਦਸਤੀ
    """,
    "/services/mens-advice/ or /services/day-and-night-line/ or /guides/for-men/": """
        im a man
        male rape
    """,
    "/services/marriage-unit/ or /services/family-and-marriage/": """
        izzat
    """,
}
# Found when asked for by name, but no answer to a cry for help.
ABOUT_THE_SITE = ("/strategy/", "/privacy/", "/accessibility/")
# Not first, but among the first five.
AMONG_FIVE = {
    "sh": ["/services/someone-to-listen/"],
    "kys": ["/services/someone-to-listen/"],
    "does he have a record": ["/guides/reporting/"],
    "witness": ["/guides/reporting/"],
    "cps said no": ["/guides/reporting/"],
    "lado": ["/guides/professionals/"],
    "my nan was touched in her care home": ["/services/local-number/"],
    "i am attracted to my abuser": ["/guides/consent/"],
    "i am turned on by what happened to me": ["/guides/consent/"],
    "sa'd by friend": ["/services/local-number/", "/services/day-and-night-line/"],
    "abused by a woman": ["/services/day-and-night-line/", "/services/local-number/"],
    "massage": ["/topics/choice/", "/services/local-number/"],
    "uber driver": ["/topics/choice/", "/services/local-number/"],
    "my boyfriend forced me": ["/services/day-and-night-line/", "/services/local-number/"],
    "my wife hits and forces me": ["/services/mens-advice/"],
    "got fingered at a party": ["/services/local-number/", "/services/day-and-night-line/"],
    "no credit": ["/services/someone-to-listen/", "/services/day-and-night-line/"],
    "my daughter told me something": [
        "/services/worried-about-a-child/",
        "/services/dudley-childrens-team/",
    ],
    "my daughter has an older boyfriend buying her things": ["/guides/a-child/"],
    "sextortion snapchat": ["/services/pictures-under-18/", "/services/picture-helpline/"],
    "جبری شادی": ["/services/marriage-unit/", "/services/family-and-marriage/"],
    "zabardasti shadi": ["/services/marriage-unit/", "/services/family-and-marriage/"],
    "doctor touched me": ["/topics/respect/", "/services/local-number/"],
    "i need help": ["/help-now/"],
    "i want to kill myself": ["/services/someone-to-listen/", "/services/hopeline/"],
    "i want to die because of what he did": ["/help-now/", "/services/someone-to-listen/"],
    "im 15 and i want to die": ["/services/hopeline/", "/services/under-19/"],
    "my daughter wants to kill herself": ["/services/hopeline/", "/services/someone-to-listen/"],
    "deaf": ["/services/urgent-help-by-video/", "/services/typing-on-the-phone/"],
    "deaf 999": ["/services/urgent-help-by-text/", "/services/typing-on-the-phone/"],
    "harassed at work": ["/services/rights-at-work/", "/services/local-number/"],
    "sexual harassment at work": ["/services/rights-at-work/", "/services/local-number/"],
    "my boss touches me": ["/topics/respect/", "/services/rights-at-work/"],
    "my manager keeps making sexual comments": ["/topics/respect/", "/services/rights-at-work/"],
    "abused as a child": ["/services/long-ago-line/"],
}
# Answers that were once given and were wrong.
NEVER = {
    "my son touching his sister": ["/services/advice-for-women/"],
    "abused by a woman": ["/topics/family-health/"],
    "got fingered at a party": ["/topics/family-health/"],
    "massage": ["/services/unwanted-contact/", "/topics/being-followed/"],
    "uber driver": ["/services/sign-language-support/"],
    "my daughter told me something": ["/services/under-19/"],
    "my daughter has an older boyfriend buying her things": ["/guides/children/"],
    "i think i might hurt a child": ["/guides/just-happened/", "/services/day-and-night-line/"],
    "self harm": ["/strategy/changing-behaviour/"],
}
# A parent did nothing, so has other pages than a person who did, and another heading.
OWN = {"/guides/own-behaviour/", "/services/talk-it-through/", "/services/change-at-home/"}
A_CHILDS = ["/guides/my-child/", "/services/talk-it-through/", "/guides/own-behaviour/"]
WING = OWN | set(A_CHILDS)
OWN_HEADING = "Worried about your own behaviour?"
A_CHILDS_HEADING = "Worried about what your child did?"
OWN_BEHAVIOUR = """
    i like kids too much
    attracted to children
    attracted to kids
    i am attracted to minors
    im attracted to little girls
    i touched my sister when i was a kid
    i raped someone
    i think i raped my girlfriend
    did i rape her
    worried about what i watch
    i think i might hurt a child
    i'm scared i will touch a child
    i have sexual thoughts about children
    i fantasise about kids
    i get turned on by young girls
    i am a paedophile
    am i a pedo
    im a nonce
    watching child porn
    i cant stop watching illegal porn
    i looked at indecent images
    addicted to porn
    help me stop looking at kids
    i want to stop myself touching children
    stop it now
    i abused my little brother
    i sexually assaulted a woman
    i forced my girlfriend to have sex
    i made her have sex with me
    i didn't stop when she said no
    she said no and i carried on
    i had sex with her while she was asleep
    i shared her nudes
    i was arrested for rape
    i've been accused of sexual assault
    i groped someone in a club
    i spiked her drink
    i am a rapist
    i want to have sex with a child
    i have urges about my daughter
    my thoughts about children scare me
    i did something to my cousin
    i am ashamed of what i did to her
    i molested a kid
    i have been talking to underage girls online
    i dont trust myself around kids
    i dont want to hurt a child
    i hurt a child
    i hit my girlfriend
    am i a sex offender
    worried about my own behaviour
    i filmed her in the shower secretly
    what if i hurt a kid
    scared of hurting my baby
    i keep thinking about children sexually
    i might offend again
    how do i stop abusing my wife
    i think about kids in a sexual way
    i groomed a girl
    i upskirted someone
    i exposed myself to a woman
    i am worried i might rape someone
    i took advantage of a drunk girl
    i pressured my girlfriend into sex
    i have feelings for a 13 year old girl
    im scared im a pedophile
    i get aroused by kids
    i keep looking at child porn and want to stop
    i downloaded csam
    ive been watching illegal stuff online
    i am worried about my porn use
    i had sex with an underage girl
    i slept with a 14 year old
    i touched a boy when i was 15
    i did sexual things to my brother when we were little
    i abused a child years ago
    i molested my niece
    i fingered her without consent
    i grabbed a girls bum
    i might do something to my stepdaughter
    im going to hurt a child
    i have been sexting a minor
    i have thoughts of raping women
    i fantasise about raping someone
    i want to touch kids
    how do i stop myself from offending
    i was cautioned for indecent images
    police found images on my computer
    i am on the sex offenders register
    i'm having inappropriate thoughts about my daughter
    i am sexually attracted to my stepdaughter
    what i did to my sister haunts me
    i hurt my sister when we were kids
    i sexually harassed a colleague
    i groped her when drunk
    she was drunk and i had sex with her
    i assaulted my ex
    i coerced my girlfriend
    i cant control my sexual urges
    i watched my sister in the shower
    i took upskirt photos
    did i sexually assault someone
    did i abuse my sister
    was it rape if i didnt stop
    help i am attracted to teenagers
    can paedophiles get help
    help for paedophiles who dont want to offend
    not offended but attracted to kids
    i looked up child abuse images
    i am having sexual thoughts about my pupil
    i think im a sex addict
    i exposed myself
    i flash people
    i secretly filmed my flatmate
    i've sexually abused my partner
    i forced myself on someone
    i pressured her for sex
    i crossed a line with a girl
    i raped my wife
    i raped a girl
    i am an abuser
    i sent indecent pictures to a child
    i asked a child for nudes
    i am grooming a girl
    i am worried i will abuse my own kids
    i find children sexually attractive
    kids turn me on
    i cant stop thinking about little girls
    i need help before i hurt a child
    i have bad thoughts about kids
    i touched my niece
    i did something terrible to a child
    i abused someone when i was a teenager
    ive been looking at things online i shouldnt
    im looking at illegal images of children
    i think what i am watching is illegal
    i want help to stop watching child abuse images
    i assaulted a girl when i was drunk
    i dont want to be a paedophile
    i forced a girl
    i tried to rape someone
    i nearly raped someone
    i am a danger to children
    im worried i am going to offend
    my sexual thoughts about kids scare me
    i want to change my behaviour
    i am scared of what i might do to my daughter
    i have a sexual interest in children
    i like underage girls
    i'm addicted to child porn
    i kissed a child
    i am having feelings for my student
    i pressured him to have sex
    i did not ask for consent
    i touched someone without consent
    how to stop being attracted to kids
    am i going to hurt my kids
    i raped my girlfriend when she was asleep
    i sexually abused my daughter
    worried i might abuse
    i am minor attracted
    i want to have sex with my stepdaughter
    he said stop and i carried on
"""
# People who hurt a partner go to one line; people who think of children go to the other.
TO_A_PARTNER = """
    i hit my girlfriend
    my partner, worried i hurt my girlfriend
    worried i hurt my girlfriend
    i'm worried i will hurt my wife
    i hurt my partner
    i scare my wife
    i shout at my wife
    i push my boyfriend
    i strangled my girlfriend
    i keep hitting my husband
    i control my girlfriend
    i threaten my partner
    i lose my temper with my wife
    i am violent to my partner
    i've been abusive to my girlfriend
    i am violent
    im controlling
    i am an abuser
    im an abuser
    am i abusive
    how do i stop hitting my wife
    how do i stop abusing my wife
    i cant stop hurting my partner
    i want to stop hurting my girlfriend
    scared of hurting my wife
    i might hit my boyfriend
    my girlfriend is scared of me
    my wife is afraid of me
    i raped my wife
    i think i raped my girlfriend
    i raped my girlfriend when she was asleep
    i forced my girlfriend to have sex
    i pressured my girlfriend into sex
    i've sexually abused my partner
    help for violent men
"""
TO_CHILDREN = """
    attracted to children
    i think i might hurt a child
    i touched my sister when i was a kid
    i looked at indecent images
    i want to stop myself touching children
"""
A_CHILDS_BEHAVIOUR = """
    my son abused his sister
    my son touching his sister
    my son is touching other children
    my 12 year old son touched a girl
    my daughter touched her little brother
    harmful sexual behaviour
    my son raped a girl
    my son has been accused of rape
    my stepson abused my daughter
    my child is touching other kids at school
    my son is watching porn
    my kids touching each other
    child on child abuse
    peer on peer abuse
    brother touching his sister
    my grandson did something sexual to a child
    my son is a paedophile
    sexualised behaviour
    my brother abusing his sister
    my autistic son keeps touching girls
    caught my son touching his cousin
    my teenage son groped a girl
    my nephew has been touching my daughter
    problematic sexual behaviour
    i think my son is abusing his sister
    my son is abusing my daughter
    my son did something to his sister
    my son has been touching his cousin
    my daughter has been touching other girls
    my boy touched another boy at school
    my 8 year old is touching other kids
    my 13yo son watches porn
    my son looks at child porn
    my son is a sex offender
    my grandson touched his sister
    my stepson touched my daughter
    my son has been arrested for indecent images
    my son groped a girl at school
    my son raped someone
    two brothers touching each other
    my kids are doing sexual things to each other
    sibling sexual abuse by my son
    my son is showing his privates to other kids
    my foster child is sexually inappropriate with other children
    my son has sexual thoughts about children
    pupil touching another pupil
    child abusing another child
    sexualised behaviour in children
    my teenage son shared a girls nudes
    my child is sexually harming others
    my son is attracted to children
    i found child porn on my sons phone
    my son might hurt his sister
    i am worried about my son touching his sister
    my stepson is sexually abusing my daughter
    my daughter says my son touched her
    what to do if my child touches another child
    my 10 year old sexually assaulted a classmate
    my teen son sexually assaulted a girl
    my son harassed a girl at school
    my teenager showed porn to his little brother
    my stepson rubbed himself on my daughter
"""
# Stop It Now is also for whoever worries about another adult. The guides say so too. A
# child may worry about a parent, so these are words about a partner.
A_PARTNER_AND_CHILDREN = """
    my husband watches child porn
    found child porn on my husbands computer
    my partner looks at indecent images of children
    my husband is turned on by children
    wife has bad thoughts about our child
    my boyfriend is attracted to children
    my husband was arrested for indecent images
"""
# People who were hurt, are afraid, or are worried about someone else.
NOT_THE_WING = """
    my mums boyfriend watches child porn
    my husband forces me to watch child porn
    he made my daughter watch child porn
    my dad made my sister watch child porn
    i have sex with my husband when i dont want to
    i have sex with my boyfriend to keep him happy
    i have sex with men for money
    i had sex with my brother when i was little
    i did things with my cousin when i was 6
    i went too far with my boyfriend and couldnt stop him
    i didnt stop him he said he loved me
    i carried on because he said he would hurt me
    i hurt my boyfriend when he attacked me
    i hurt my husband in self defence
    i want to touch my boyfriend but i freeze
    i was arrested for prostitution
    i was arrested after i reported my rape
    i have been charged with wasting police time
    my daughter was accused of lying
    i am being investigated by social services because he abused my kids
    i secretly recorded my abuser
    i secretly recorded him threatening me
    i showed her pictures to the police
    i am marrying a man who looked at indecent images
    police found pictures on my dads computer
    what i did to him to make him do this
    i hurt my daughter by not believing her
    i am texting a child line
    i was made to
    i froze
    he made me watch
    i hurt
    i'm disgusting
    my boyfriend hurt me
    someone might hurt my child
    i think he might hurt a child
    hate myself for liking it
    sa'd by friend
    i feel dirty
    revenge porn
    i was raped
    i was touched by my sister
    my brother touched me when i was a kid
    he made me touch him
    i was forced to watch porn
    i was made to touch my sister
    my dad is attracted to children
    my uncle is a paedophile
    i was abused as a child
    i hurt down there
    i hurt myself
    i want to hurt myself
    i want to die
    urges to self harm
    was it my fault
    did i lead him on
    i said yes but
    i sent nudes and he is blackmailing me
    someone has indecent images of me
    my nudes leaked
    my ex shared my pictures
    i was drunk
    my daughter was raped
    my son was abused by his uncle
    my son was touched by another boy
    a boy touched my daughter at school
    i feel guilty
    i feel ashamed
    i didnt say no
    i didnt stop him
    i couldn't stop him
    how do i stop him touching me
    he said no one would believe me
    my wife hits and forces me
    i'm worried about a child
    i got fingered at a party
    i touched myself and he watched
    he wants me to touch him
    i did something i didnt want to
    what did i do wrong
    am i overreacting
    my boyfriend forced me
    i liked it when he abused me
    my body reacted
    i came when i was raped
    am i gay because i was abused
    i was abused by a woman
    nonce
    noncing
    he is a nonce
    my stepdad is a pedo
    my teacher fancies me
    older man attracted to me
    i am underage
    i am a child
    i am a victim
    i was accused of lying about rape
    nobody believes me
    my boyfriend watches porn while he does it
    he makes me watch porn
    my partner is addicted to porn
    sexual harassment at work
    i want to report
    i think i was raped
    i was raped last night
    i raped last nite
    i got rape
    i have been rape by my uncle
    my husband rapes me
    i am being abused
    my brother did things to me
    i am scared he will hurt my kids
    i am worried my husband touches our daughter
    i dont want to hurt anyone by telling
    he says i made him do it
    i kissed him and then he raped me
    i had sex with him because i was scared
    i shared my nudes with someone
    i sent a picture to a man
    i met an older man online
    he took advantage of me
    i feel like it was my fault
    i was groomed
    i was trafficked
    i sell sex
    i am scared of my husband
    my stepfather touched me
    i was molested
    i got touched
    he touched me when i was 5
    my cousin made me touch him
    i was made to do things to my brother
    i had to touch him
    he forced me to have sex with someone else
    they filmed me
    my husband forces me to watch porn
    i found child porn on my dads phone
    my dad looks at child porn
    my brother looks at kids porn
    my friend is a paedophile
    there is a pedo on my street
    i think my neighbour is a paedophile
    my ex was arrested for rape
    he was charged with assaulting me
    my boyfriend has been accused of rape
    my dad is a sex offender
    someone i know raped a girl
    i know a man who touches kids
    i think my partner is abusing my daughter
    my husband hurts our kids
    my kids are being abused
    my son was raped at school
    a teacher touched my son
    an older boy touched my son
    my daughter was touched by her brother
    my sister was raped by my dad
    my sister told me dad touches her
    i am scared of what i will do to myself
    i cut myself
    im going to kill myself
    i hate my body
    i feel disgusting
    i hate myself
    i feel like a slut
    i am so ashamed of what happened
    i feel guilty for not saying no
    i feel bad for my rapist
    i miss my abuser
    i still love him
    i didn't fight back
    i let him do it
    i said yes then changed my mind
    i went back to him
    i kissed him first
    i got turned on when he touched me
    i sexually responded
    i was aroused during rape
    i have sexual thoughts about my abuse
    rape fantasies after being raped
    i have flashbacks about my uncle touching me
    i am scared of men touching me
    i cant stop thinking about what he did
    i cant stop crying
    how do i stop him
    how do i stop my boyfriend pressuring me
    how do i make him stop
    i want him to stop
    can he go to prison
    he was drunk and i was asleep
    he said i wanted it
    he says i raped him
    he told everyone i lied
    i hit him to get away
    i fought him off
    i was 13 and he was 30
    i am 15 and my boyfriend is 22
    i am talking to an older man online
    an older guy wants pictures of me
    my teacher touches me
    my coach likes me
    i sent a dick pic and now they want money
    someone has my nudes
    someone made fake nudes of me
    i think i was drugged
    i was high and he had sex with me
    my mate raped me
    my mum touched me
    a girl touched me without consent
    female boss touches me
    i was raped by a woman
    i was raped by two men
    am i still a virgin
    will i get pregnant
    does it hurt
    can i get tested
    i want to talk to someone
    i need someone to talk to about abuse
    i was abused by my brother
    my brother raped me
    my son touched by a man
    protect my child
    is my child safe
    signs of child abuse
    how to keep my kids safe online
    my daughter is being groomed online
    someone is sending my child pictures
    i caught a man filming me
    i reported him
    worried about my sister
    worried about my friend
    my girlfriend was abused
    i love my kids
    i like boys
    i like girls
    i have a 5 year old
    i work with children
    children
    i was raped by my son
    he is turned on by kids
    my husband is a sex addict
    i think i was groomed by a pedo
    my stepdad likes kids too much
    my uncle touches kids
    my boss groped me
    i dont want to have sex with him
    i dont want sex
    i have sex when i dont want to
    i had sex with him when i was drunk
    i had sex with a teacher
    i had sex when i was 14
    i am 14 and my boyfriend is 19
    i slept with him but didnt want to
    i woke up with him inside me
    i want to hurt him
    i want to kill him
    i want to report my dad
    i need to tell someone
    i did not consent
    i never consented
    i dont know what to do
    i cant stop him hurting the kids
    i cant protect my kids
    i am scared for my kids
    scared of hurting during sex
    sex hurts
    i am scared to touch anyone
    i flinch when people touch me
    i hate being touched
    i feel unsafe around men
    i am afraid of men
    i dont feel safe around my dad
    thoughts of being raped
    intrusive thoughts about the rape
    nightmares about my abuser
    i keep thinking about it
    i was watching porn when he came in
    i was filmed secretly
    secretly filmed by my landlord
    someone watched me in the shower
    he watches me in the shower
    he took photos of me naked
    he showed me child porn when i was a kid
    i was in child porn
    there are images of me as a child online
    my abuser has images of me
    he sent me indecent images
    a man exposed himself to me
    he flashed me
    boy sent me dick pic
    i was pressured into sex
    i was coerced
    my girlfriend pressures me
    my wife raped me
    she forced me
    he accused me of lying
    i was arrested after reporting rape
    the man who raped me was arrested
    someone raped my sister
    someone touched my child
    somebody hurt my baby
    my ex is accused of hurting my daughter
    i work with sex offenders
    i was abused by a sex offender
    support for victims of paedophiles
    victim of a pedophile
    what if he does it to another child
    what if he hurts someone else
    will he do it again
    will he rape someone else
    did i do something wrong
    what did i do to deserve this
    did i cause it
    did i make him do it
    i made him angry
    i made him stop
    i touched his arm
    i asked him to stop
    i told him no
    i sent him pictures when i was 13
    i sent pictures to an older man
    i was asked for nudes
    he begged me for nudes
    he says i am abusive
    she says i hit her
    my husband hits his girlfriend
    i heard he hit his ex
    i want him to stop hitting my mum
    i want my dad to stop hitting his wife
    i hit my husband back
    i hit my boyfriend because he hit me
    i hit my husband in self defence
    i hit him to get away
    i pushed my husband off me
    i kicked my husband out
    scared when i have sex with my husband
    i have sex with my boyfriend and it hurts
    i tried to have sex with my partner and froze
    i dont want to have sex with my husband
    i am in an abusive relationship
    i am in a violent relationship
    i am being controlled
    my partner is violent
    my boyfriend is controlling
    my husband is scared of my dad
    i was hit by my boyfriend
    i got raped by my ex
    i think my boyfriend raped me
    i am scared of my partner hurting me
    is my boyfriend abusive
    am i being abused
    help with controlling husband
    my boss touches me
    my son is suicidal
    im 15 and want to die
    deaf and raped
"""


def cries():
    """What people type to find help for themselves or for someone who was hurt."""
    asked = [
        words
        for path, phrases in FIRST.items()
        if not path.startswith(ABOUT_THE_SITE)
        for words in lines(phrases)
    ]
    return [*asked, *AMONG_FIVE, *lines(NOT_THE_WING)]


def test_the_best_answer_comes_first(answer):
    wrong = {}
    for path, phrases in FIRST.items():
        for words in lines(phrases):
            shown = answer(words)
            if not shown or shown[0] not in path.split(" or "):
                wrong[words] = (path, shown[:5])
    assert wrong == {}


def test_the_answer_needed_is_among_the_first_five(answer):
    for words, needed in AMONG_FIVE.items():
        assert set(needed) <= set(answer(words)[:5]), words


def test_misleading_answers_are_not_shown(answer):
    for words, misleading in NEVER.items():
        assert set(misleading).isdisjoint(answer(words)), words


def test_a_cry_for_help_is_never_answered_with_the_strategy_or_a_notice(answer):
    first = {words: answer(words)[:5] for words in cries()}
    wrong = {
        words: shown
        for words, shown in first.items()
        if any(path.startswith(ABOUT_THE_SITE) for path in shown)
    }
    assert wrong == {}


def test_clear_words_about_ones_own_behaviour_bring_the_wing_first(answer):
    first = {words: answer(words)[: len(OWN)] for words in lines(OWN_BEHAVIOUR)}
    assert {words: shown for words, shown in first.items() if set(shown) != OWN} == {}


def test_the_guide_for_parents_is_not_for_ones_own_behaviour(answer):
    for words in lines(OWN_BEHAVIOUR + TO_A_PARTNER + TO_CHILDREN):
        assert "/guides/my-child/" not in answer(words), words


def test_words_about_what_a_child_did_bring_the_guide_for_parents_first(answer):
    first = {words: answer(words)[:3] for words in lines(A_CHILDS_BEHAVIOUR)}
    assert {words: shown for words, shown in first.items() if shown != A_CHILDS} == {}
    assert all("/services/change-at-home/" not in answer(words) for words in first)


@pytest.mark.parametrize(
    ("phrases", "leading"),
    [
        (TO_A_PARTNER, ["/guides/own-behaviour/", "/services/change-at-home/"]),
        (TO_CHILDREN, ["/guides/own-behaviour/", "/services/talk-it-through/"]),
    ],
)
def test_the_line_for_that_behaviour_comes_before_the_other(answer, phrases, leading):
    first = {words: answer(words)[:2] for words in lines(phrases)}
    assert {words: shown for words, shown in first.items() if shown != leading} == {}
    assert all(set(answer(words)[: len(OWN)]) == OWN for words in lines(phrases))


def test_whoever_worries_about_a_partner_and_children_may_call_stop_it_now(answer):
    first = {words: answer(words) for words in lines(A_PARTNER_AND_CHILDREN)}
    leading = ["/guides/a-child/", "/services/talk-it-through/"]
    assert {words: shown for words, shown in first.items() if shown[:2] != leading} == {}
    # It is not their own behaviour, so nothing else of the wing is shown.
    assert all(WING & set(shown) == {leading[1]} for shown in first.values())


def test_whoever_worries_about_a_child_may_call_those_who_protect_children_in_dudley(answer):
    for words in lines(FIRST["/guides/a-child/"]):
        assert answer(words)[1] == "/services/dudley-childrens-team/", words


# A service comes first if its name, or who answers there, is all that was typed.
BY_NAME = {
    "stop it now": "/services/talk-it-through/",
    "what is stop it now": "/services/talk-it-through/",
    "stop it now phone number": "/services/talk-it-through/",
    "respect phoneline": "/services/change-at-home/",
    "galop": "/services/community-line/",
    "number for galop please": "/services/community-line/",
    "napac": "/services/long-ago-line/",
    "is childline free": "/services/under-19/",
    "crimestoppers": "/services/give-information/",
    "karma nirvana": "/services/family-and-marriage/",
    "acas": "/services/rights-at-work/",
}
# Somebody in danger must not read anything else first, and nothing that might hurt beside it.
IN_DANGER = """
    im hiding in the wardrobe hes looking for me
    hiding in the bathroom
    he is in the house
    i can hear him downstairs
    locked myself in the toilet please help
    he is breaking down the door
    there is someone in my garden trying to get in
    a man is outside my window
    being followed home right now
    he has a knife
    he said hell kill me
    i cant breathe im so scared
    i took all my tablets
    ive taken loads of paracetamol
    my daughter has taken an overdose
"""
THINKS_OF_DEATH = """
    i cant go on
    i want it to be over
    theres no point
    im on a bridge
    i want to end it
    nobody would miss me
    wish i was never born
    better off without me
"""
# What people fear who look at this on a phone that others see.
WATCHED = """
    im scared he will see what i looked up
    can he see my history
    how do i delete my history
    he checks what ive been looking at
"""


def test_a_service_that_is_asked_for_by_name_comes_first(answer):
    assert {words: answer(words)[0] for words in BY_NAME} == BY_NAME


def test_somebody_in_danger_gets_the_page_for_now_and_urgent_help(answer):
    first = {words: answer(words)[:2] for words in lines(IN_DANGER)}
    leading = ["/help-now/", "/services/urgent-help/"]
    assert {words: shown for words, shown in first.items() if shown != leading} == {}
    assert all(
        path.startswith(("/help-now/", "/services/"))
        for words in lines(IN_DANGER)
        for path in answer(words)
    )


def test_somebody_who_thinks_of_death_gets_the_page_for_now_and_a_listener(answer):
    first = {words: answer(words)[:2] for words in lines(THINKS_OF_DEATH)}
    leading = ["/help-now/", "/services/someone-to-listen/"]
    assert {words: shown for words, shown in first.items() if shown != leading} == {}


def test_fear_of_being_watched_is_not_taken_for_ones_own_behaviour(answer):
    first = {words: answer(words)[0] for words in lines(WATCHED)}
    assert set(first.values()) == {"/using-this-site/"}, first


def test_without_a_pattern_the_words_together_hint_at_the_page(answer):
    # None of these words would find it alone, and no pattern has them.
    assert not meanings.meant(["my", "knickers", "from", "the", "hotel"])
    assert answer("my knickers from the hotel")[0] == "/guides/just-happened/"


def test_there_is_one_best_answer_and_at_most_five_others(built, remembered):
    with memory.using(remembered), closing(Index(place())) as index:
        for words in [*cries(), *lines(OWN_BEHAVIOUR)]:
            groups = views.grouped(search_in(index, words, "en").hits)
            assert sum(len(group.entries) for group in groups) <= 1 + views.MOST_OTHERS, words
            assert len(groups) <= 2, words


def test_what_explains_comes_after_whom_to_ask(answer):
    for words in cries():
        explains = [path.startswith(("/topics/", "/strategy/")) for path in answer(words)[1:]]
        assert explains == sorted(explains), words


def test_no_line_for_survivors_is_shown_beside_the_wing(answer):
    survivors = {"/services/day-and-night-line/", "/services/local-number/"}
    for words in lines(OWN_BEHAVIOUR + TO_A_PARTNER):
        assert survivors.isdisjoint(answer(words)), words


def test_a_victims_words_never_bring_up_the_wing(answer):
    every = {words: answer(words) for words in cries()}
    assert {words: shown for words, shown in every.items() if not WING.isdisjoint(shown)} == {}


@pytest.mark.parametrize(
    ("words", "heading"),
    [
        ("i think i might hurt a child", OWN_HEADING),
        ("stop it now", OWN_HEADING),
        ("my son abused his sister", A_CHILDS_HEADING),
        ("harmful sexual behaviour", A_CHILDS_HEADING),
        ("wife has bad thoughts about our child", "Start here"),
        ("i think he might hurt a child", "Start here"),
        ("i feel dirty", "Start here"),
    ],
)
def test_the_page_says_who_its_first_group_is_for(built, client, words, heading):
    page = ask(client, words)
    assert next(h.text for h in page.all("h2")) == heading
    for apart in (OWN_HEADING, A_CHILDS_HEADING):
        assert (apart in page.main) == (heading == apart)
