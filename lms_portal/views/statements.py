"""The texts about privacy, cookies and accessibility, in bokmål, nynorsk and English side by side.

They say what this code does. What a hospital decides (its data protection officer, how long its records are kept) is in the
hospital's own statement, which these pages point to.
"""

from dataclasses import dataclass

from django.conf import settings

from lms_portal.common.text import Words


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with paragraphs and, after them, points."""

    title: Words
    paragraphs: tuple[Words, ...] = ()
    points: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """One page."""

    title: Words
    lead: Words
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie, by the key of its setting or by its own name."""

    key: str
    purpose: Words
    lasts: Words


def feedback_mailbox() -> str:
    """This will return the address that feedback goes to."""
    return settings.FEEDBACK_MAILBOX


PRIVACY = Statement(
    Words("Personvern", "Personvern", "Privacy"),
    Words(
        "Her står det hvilke opplysninger portalen behandler om deg, hvorfor, og hva du kan kreve.",
        "Her står det kva opplysningar portalen behandlar om deg, kvifor, og kva du kan krevje.",
        "What the portal processes about you, why, and what you can ask for.",
    ),
    (
        Section(
            Words("Når du bare leser", "Når du berre les", "When you only read"),
            (
                Words(
                    "Du kan lese om alle kurs uten å oppgi noe om deg selv. Vi måler ikke hvem du er, vi har ingen sporing, "
                    "og ingenting på sidene hentes fra andre nettsteder.",
                    "Du kan lese om alle kurs utan å oppgje noko om deg sjølv. Vi måler ikkje kven du er, vi har inga sporing, "
                    "og ingenting på sidene blir henta frå andre nettstader.",
                    "You can read about every course without telling us anything about yourself. We do not measure who you are, there is "
                    "no tracking, and nothing on the pages comes from other sites.",
                ),
                Words(
                    "Finner et søk ingenting, teller vi ordene, uten noe om hvem som søkte, for å se hvilke kurs som mangler. Ord som få har "
                    "søkt etter, blir ikke vist, og tallene blir slettet etter tretten måneder.",
                    "Finn eit søk ingenting, tel vi orda, utan noko om kven som søkte, for å sjå kva kurs som manglar. Ord som få har søkt "
                    "etter, blir ikkje viste, og tala blir sletta etter tretten månader.",
                    "Where a search finds nothing, we count the words, with nothing about who searched, to see which courses are missing. Words "
                    "that few have searched for are not shown, and the counts are deleted after thirteen months.",
                ),
            ),
        ),
        Section(
            Words("Når du blir henvist eller melder deg på", "Når du blir tilvist eller melder deg på", "When you are referred or sign up"),
            (
                Words(
                    "Sykehuset som holder kurset, er behandlingsansvarlig. Grunnlaget er helselovgivningen og personvernforordningen "
                    "artikkel 6 nr. 1 bokstav e og artikkel 9 nr. 2 bokstav h.",
                    "Sjukehuset som held kurset, er behandlingsansvarleg. Grunnlaget er helselovgjevinga og personvernforordninga "
                    "artikkel 6 nr. 1 bokstav e og artikkel 9 nr. 2 bokstav h.",
                    "The hospital that holds the course is the controller. The basis is Norwegian health law and the General Data "
                    "Protection Regulation, article 6(1)(e) and article 9(2)(h).",
                ),
                Words(
                    "Disse opplysningene er kryptert hver for seg, og bare klinikken som vurderer henvisningen, og den som sendte den, kan åpne dem:",
                    "Desse opplysningane er krypterte kvar for seg, og berre klinikken som vurderer tilvisinga, og den som sende ho, kan opne dei:",
                    "These are encrypted one by one, and only the clinic that assesses the referral and whoever sent it can open them:",
                ),
            ),
            (
                Words(
                    "navn, fødselsnummer og hvordan vi når deg",
                    "namn, fødselsnummer og korleis vi når deg",
                    "name, national identity number and how to reach you",
                ),
                Words(
                    "diagnosen og grunnen til at du er henvist",
                    "diagnosen og grunnen til at du er tilvist",
                    "the diagnosis and the reason for the referral",
                ),
                Words("hva du trenger for å delta", "kva du treng for å delta", "what you need in order to take part"),
            ),
        ),
        Section(
            Words("Når du melder deg på uten henvisning", "Når du melder deg på utan tilvising", "When you sign up without a referral"),
            (
                Words(
                    "Vi lagrer navn, hvordan vi når deg og hva du trenger, kryptert. De som holder kurset, kan se det, og hvert oppslag blir "
                    "loggført. Du får en lenke til plassen din. Den som har lenken, kan se og avbestille plassen, så del den ikke med andre.",
                    "Vi lagrar namn, korleis vi når deg og kva du treng, kryptert. Dei som held kurset, kan sjå det, og kvart oppslag blir "
                    "loggført. Du får ei lenkje til plassen din. Den som har lenkja, kan sjå og avbestille plassen, så del ho ikkje med andre.",
                    "We keep your name, how to reach you and what you need, encrypted. Those who hold the course can see it, and each look is "
                    "logged. You get a link to your place. Whoever has the link can see and cancel the place, so do not share it.",
                ),
                Words(
                    "Ber du om beskjed om nye datoer, lagrer vi kurset og e-postadressen, ikke noe annet. Adressen blir slettet når du har "
                    "fått beskjed eller selv sletter den, og ellers senest etter to år.",
                    "Ber du om beskjed om nye datoar, lagrar vi kurset og e-postadressa, ikkje noko anna. Adressa blir sletta når du har "
                    "fått beskjed eller sjølv slettar ho, og elles seinast etter to år.",
                    "If you ask to be told of new dates, we keep the course and the e-mail address, and nothing else. The address is deleted "
                    "once you have been told or delete it yourself, and otherwise within two years.",
                ),
                Words(
                    "Vil du ha nyheter på e-post, lagrer vi adressen, stedet og temaene du velger, kryptert. Et trykk i hver e-post sletter alt.",
                    "Vil du ha nyhende på e-post, lagrar vi adressa, staden og temaa du vel, kryptert. Eitt trykk i kvar e-post slettar alt.",
                    "If you want news by e-mail, we keep the address, the place and the topics that you choose, encrypted. One press in each "
                    "e-mail deletes it all.",
                ),
                Words(
                    "Sier du ja til å holde kontakten etter et kurs, ser de andre som har sagt ja, det du vil dele, fra en dag du får vite på "
                    "forhånd. Du kan trekke deg når du vil, og alt blir slettet etter et halvt år.",
                    "Seier du ja til å halde kontakten etter eit kurs, ser dei andre som har sagt ja, det du vil dele, frå ein dag du får vite "
                    "på førehand. Du kan trekkje deg når du vil, og alt blir sletta etter eit halvt år.",
                    "If you say yes to keep in touch after a course, the others who have said yes see what you share, from a day that you are "
                    "told beforehand. You can withdraw at any time, and all of it is deleted after half a year.",
                ),
                Words(
                    "Evalueringen etter et kurs er uten navn. Ingen ser svarene før minst fem har svart.",
                    "Evalueringa etter eit kurs er utan namn. Ingen ser svara før minst fem har svart.",
                    "The evaluation after a course is without a name. Nobody sees the answers before at least five have answered.",
                ),
            ),
        ),
        Section(
            Words("Når du søker tilskudd", "Når du søkjer tilskot", "When you apply for a grant"),
            (
                Words(
                    "Helse Midt-Norge behandler navn og kontaktopplysninger til dem som søker for en organisasjon, organisasjonens "
                    "kontonummer, søknaden og vedtaket. Kontonummeret er kryptert. Søknader og vedtak er saksdokumenter som etter loven skal arkiveres.",
                    "Helse Midt-Noreg behandlar namn og kontaktopplysningar til dei som søkjer for ein organisasjon, kontonummeret til "
                    "organisasjonen, søknaden og vedtaket. Kontonummeret er kryptert. Søknader og vedtak er saksdokument som etter lova skal arkiverast.",
                    "The Central Norway Regional Health Authority processes names and contact details of those who apply for an organisation, "
                    "the organisation's account number, the application and the decision. The account number is encrypted. Applications and "
                    "decisions are case documents, which the law says must be archived.",
                ),
            ),
        ),
        Section(
            Words("Når du logger inn i arbeidet", "Når du loggar inn i arbeidet", "When you sign in at work"),
            (
                Words(
                    "Vi lagrer navn, e-post, telefon på jobb, roller og hvilket språk du vil ha. Hver gang noen åpner eller endrer en "
                    "henvisning, skriver portalen ned hvem, når, i hvilken rolle og hvorfor. Den loggen kan ingen endre.",
                    "Vi lagrar namn, e-post, telefon på jobb, roller og kva språk du vil ha. Kvar gong nokon opnar eller endrar ei "
                    "tilvising, skriv portalen ned kven, når, i kva rolle og kvifor. Den loggen kan ingen endre.",
                    "We keep name, e-mail, phone at work, roles and which language you want. Each time somebody opens or changes a referral, "
                    "the portal writes down who, when, in which role and why. Nobody can change that log.",
                ),
                Words(
                    "For å hindre at noen gjetter passord, husker portalen IP-adressen din i noen minutter når du logger inn.",
                    "For å hindre at nokon gjettar passord, hugsar portalen IP-adressa di i nokre minutt når du loggar inn.",
                    "To keep people from guessing passwords, the portal remembers your IP address for some minutes when you sign in.",
                ),
            ),
        ),
        Section(
            Words("E-post fra portalen", "E-post frå portalen", "E-mail from the portal"),
            (
                Words(
                    "En e-post fra portalen sier aldri noe om helse. Den sier at noe har skjedd, og hvor du finner det.",
                    "Ein e-post frå portalen seier aldri noko om helse. Han seier at noko har hendt, og kvar du finn det.",
                    "An e-mail from the portal never says anything about health. It says that something has happened, and where to find it.",
                ),
            ),
        ),
        Section(
            Words("Hvor lenge", "Kor lenge", "For how long"),
            (
                Words(
                    "Opplysninger om deg slettes når de ikke lenger trengs til det de ble samlet inn for. Da slettes også nøkkelen de er "
                    "kryptert med, slik at kopier i sikkerhetskopier ikke kan leses. Sykehuset bestemmer fristene og skriver dem i sin egen personvernerklæring.",
                    "Opplysningar om deg blir sletta når dei ikkje lenger trengst til det dei vart samla inn for. Då blir òg nøkkelen dei er "
                    "krypterte med, sletta, slik at kopiar i tryggingskopiar ikkje kan lesast. Sjukehuset bestemmer fristane og skriv dei i si eiga personvernerklæring.",
                    "What we know about you is deleted when it is no longer needed for what it was collected for. The key that it is encrypted "
                    "with goes too, so that copies in backups cannot be read. The hospital decides the time limits and states them in its own privacy notice.",
                ),
            ),
        ),
        Section(
            Words("Det du kan kreve", "Det du kan krevje", "What you can ask for"),
            (
                Words(
                    "Skriv til personvernombudet ved sykehuset ditt. Du kan kreve:",
                    "Skriv til personvernombodet ved sjukehuset ditt. Du kan krevje:",
                    "Write to the data protection officer of your hospital. You can ask for:",
                ),
            ),
            (
                Words("å få se opplysningene om deg", "å få sjå opplysningane om deg", "to see what is kept about you"),
                Words(
                    "å få vite hvem som har åpnet henvisningen din",
                    "å få vite kven som har opna tilvisinga di",
                    "to know who has opened your referral",
                ),
                Words("å få rettet det som er feil", "å få retta det som er feil", "to have mistakes corrected"),
                Words(
                    "å få slettet det vi ikke har plikt til å ta vare på",
                    "å få sletta det vi ikkje har plikt til å ta vare på",
                    "to have deleted what we are not obliged to keep",
                ),
                Words("å klage til Datatilsynet", "å klage til Datatilsynet", "to complain to the Norwegian Data Protection Authority"),
            ),
        ),
    ),
)

COOKIES_PAGE = Statement(
    Words("Informasjonskapsler", "Informasjonskapslar", "Cookies"),
    Words(
        "Portalen bruker bare informasjonskapsler som den ikke kan virke uten. Derfor spør vi ikke om lov, og ingen følger deg.",
        "Portalen bruker berre informasjonskapslar som han ikkje kan verke utan. Difor spør vi ikkje om lov, og ingen følgjer deg.",
        "The portal uses only cookies that it cannot work without. That is why we do not ask, and nobody follows you.",
    ),
    (),
)
COOKIES = (
    Cookie(
        "session",
        Words("Husker at du er logget inn.", "Hugsar at du er logga inn.", "Remembers that you are signed in."),
        Words(
            "Til du logger ut, lukker nettleseren eller ikke har brukt portalen på 30 minutter; aldri mer enn 12 timer.",
            "Til du loggar ut, lukkar nettlesaren eller ikkje har brukt portalen på 30 minutt; aldri meir enn 12 timar.",
            "Until you sign out, close the browser or have not used the portal for 30 minutes; never more than 12 hours.",
        ),
    ),
    Cookie(
        "csrf",
        Words(
            "Hindrer at andre nettsteder sender skjemaer i ditt navn.",
            "Hindrar at andre nettstader sender skjema i ditt namn.",
            "Keeps other sites from sending forms in your name.",
        ),
        Words("Ett år", "Eitt år", "One year"),
    ),
    Cookie(
        "language",
        Words("Husker språket du valgte.", "Hugsar språket du valde.", "Remembers the language you chose."),
        Words("Til du lukker nettleseren", "Til du lukkar nettlesaren", "Until you close the browser"),
    ),
    Cookie(
        "messages",
        Words(
            "Bærer en beskjed, som «lagret», til neste side.",
            "Ber ei melding, som «lagra», til neste side.",
            "Carries a notice, such as “saved”, to the next page.",
        ),
        Words("Til neste side", "Til neste side", "Until the next page"),
    ),
)

ACCESSIBILITY = Statement(
    Words("Tilgjengelighet", "Tilgjenge", "Accessibility"),
    Words(
        "Alle skal kunne bruke portalen. Vi følger WCAG 2.2 på nivå AA, som er strengere enn loven krever.",
        "Alle skal kunne bruke portalen. Vi følgjer WCAG 2.2 på nivå AA, som er strengare enn lova krev.",
        "Everybody is to be able to use the portal. We follow WCAG 2.2 at level AA, which is stricter than the law demands.",
    ),
    (
        Section(
            Words("Slik er den laget", "Slik er han laga", "How it is made"),
            (),
            (
                Words(
                    "Alt virker med tastatur, med skjermleser, med stor skrift og på små skjermer.",
                    "Alt verkar med tastatur, med skjermlesar, med stor skrift og på små skjermar.",
                    "Everything works with a keyboard, with a screen reader, with large text and on small screens.",
                ),
                Words(
                    "Ingenting krever JavaScript, og ingenting beveger seg av seg selv.",
                    "Ingenting krev JavaScript, og ingenting rører seg av seg sjølv.",
                    "Nothing needs JavaScript, and nothing moves by itself.",
                ),
                Words(
                    "Hver side prøves automatisk før den tas i bruk, i lys og mørk drakt.",
                    "Kvar side blir prøvd automatisk før ho blir teken i bruk, i lys og mørk drakt.",
                    "Each page is tested automatically before it is used, in light and dark.",
                ),
                Words(
                    "Kurs er skrevet på bokmål og nynorsk. Der den ene målformen mangler, står det på siden.",
                    "Kurs er skrivne på bokmål og nynorsk. Der den eine målforma manglar, står det på sida.",
                    "Courses are written in bokmål and nynorsk. Where one of them is missing, the page says so.",
                ),
            ),
        ),
        Section(
            Words("Det som ikke er godt nok ennå", "Det som ikkje er godt nok enno", "What is not good enough yet"),
            (
                Words(
                    "Passnøkler krever JavaScript. Du kan bruke en kode fra en app i stedet.",
                    "Passnøklar krev JavaScript. Du kan bruke ein kode frå ein app i staden.",
                    "Passkeys need JavaScript. You can use a code from an app instead.",
                ),
            ),
        ),
        Section(
            Words("Meld fra om hindringer", "Meld frå om hindringar", "Report a hindrance"),
            (
                Words(
                    "Skriv til oss hvis noe er vanskelig å bruke. Skriv hvilken side det gjelder, men ikke noe om helsen din.",
                    "Skriv til oss dersom noko er vanskeleg å bruke. Skriv kva side det gjeld, men ikkje noko om helsa di.",
                    "Write to us if something is hard to use. Say which page it is about, but nothing about your health.",
                ),
                Words(
                    "Er du ikke fornøyd med svaret, kan du melde fra til Tilsynet for universell utforming av ikt.",
                    "Er du ikkje nøgd med svaret, kan du melde frå til Tilsynet for universell utforming av ikt.",
                    "If the answer does not satisfy you, you can turn to the Norwegian Authority for Universal Design of ICT.",
                ),
            ),
        ),
    ),
)
