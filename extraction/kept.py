"""What readings say about themselves, kept in English: see `cards.kept`."""

from django.utils.translation import gettext_noop

from cards.kept import learn

DOUBTS = (
    gettext_noop("not found on the card"),
    gettext_noop("hard to read"),
    gettext_noop("the machine is not sure"),
    gettext_noop("the model is not sure"),
    gettext_noop("the bundled reader read “%(text)s”"),
    gettext_noop("not a valid e-mail address"),
    gettext_noop("not a valid web address"),
    gettext_noop("a name with digits in it"),
    gettext_noop("shorter than any telephone number"),
    gettext_noop("shorter than most telephone numbers"),
    gettext_noop("not a valid telephone number"),
    gettext_noop("shorter than %(country)s numbers"),
    gettext_noop("longer than %(country)s numbers"),
    gettext_noop("not a number in use among %(country)s ones"),
    gettext_noop("no country has this code"),
    gettext_noop("no label says what number it is"),
    gettext_noop("one phone number more than there are places for"),
    gettext_noop("one mobile number more than there are places for"),
    gettext_noop("one fax number more than there are places for"),
    gettext_noop("misread letters were repaired"),
    gettext_noop("its host was read in two ways"),
    gettext_noop("set apart from its label"),
    gettext_noop("a gap in it was closed"),
    gettext_noop("little on the card speaks for it"),
    gettext_noop("could also be the %(field)s"),
    gettext_noop("another line looks just as likely"),
    gettext_noop("only its last digits are printed"),
    gettext_noop("may not be a whole address"),
    gettext_noop("the QR code says %(text)s"),
    gettext_noop("the code says %(text)s"),
)
"""Why a value is doubtful."""

BLANKS = (
    gettext_noop("name"),
    gettext_noop("job title"),
    gettext_noop("department"),
    gettext_noop("company"),
    gettext_noop("German"),
    gettext_noop("French"),
    gettext_noop("British"),
    gettext_noop("American"),
    gettext_noop("Brazilian"),
    gettext_noop("Japanese"),
    gettext_noop("Chinese"),
    gettext_noop("Korean"),
    gettext_noop("Indian"),
    gettext_noop("Spanish"),
    gettext_noop("Portuguese"),
    gettext_noop("Italian"),
    gettext_noop("Mexican"),
    gettext_noop("Australian"),
    gettext_noop("Canadian"),
    gettext_noop("Swiss"),
    gettext_noop("Austrian"),
    gettext_noop("Dutch"),
    gettext_noop("this country's"),
)
"""What the reader writes into the blanks of its doubts."""

FAILURES = (
    gettext_noop("No text was found on the picture; type what you can see."),
    gettext_noop("Reading with “%(reader)s” failed: %(error)s"),
    gettext_noop(
        "Not read again: the budget of %(amount)s for today is spent."
        " Read it again with the model tomorrow."
    ),
    gettext_noop(
        "Not read again: the budget of %(amount)s for this month is spent."
        " Read it again with the model next month."
    ),
    gettext_noop(
        "Read offline: the budget of %(amount)s for today is spent."
        " Read it again with the model tomorrow."
    ),
    gettext_noop(
        "Read offline: the budget of %(amount)s for this month is spent."
        " Read it again with the model next month."
    ),
    gettext_noop("The budget of %(amount)s for today is spent."),
    gettext_noop("The budget of %(amount)s for this month is spent."),
    gettext_noop("The reader stopped with an internal error; the log has the details."),
    gettext_noop("The worker that read the card was stopped."),
    gettext_noop(
        "Three workers were stopped while they read it, so it is not tried again. The picture is"
        " kept: type what you can see, or send a better one."
    ),
    gettext_noop("The card has no picture to read."),
    gettext_noop("The same is being asked already; the card waits for the answer."),
    gettext_noop("“%(reader)s” is not asked at the moment: %(why)s"),
    gettext_noop("it did not answer, and is asked again at %(time)s."),
    gettext_noop("%(why)s It is tried again at %(time)s, or when somebody says so."),
    gettext_noop(
        "%(error)s It was asked twice, both answers are kept, and it is not asked again. Type what"
        " you can see, or read the card again with another reader."
    ),
    gettext_noop("It was asked before the settings were changed."),
    gettext_noop("There is no extractor “%(reader)s”; choose one of %(readers)s."),
    gettext_noop(
        "No vision model is set up: set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your"
        " own, and start again."
    ),
)

CALLS = (
    gettext_noop("The model's server cannot be reached."),
    gettext_noop("The model did not answer in time."),
    gettext_noop("The connection to the model's server was lost before its answer came."),
    gettext_noop("The model could not be asked; check OPENAI_API_KEY and OPENAI_BASE_URL."),
    gettext_noop("The account of the model has no credit left; add credit or raise its limit."),
    gettext_noop("The model's server does not accept the key; check OPENAI_API_KEY."),
    gettext_noop("The model's server does not allow this with the key of OPENAI_API_KEY."),
    gettext_noop(
        "The model's server does not allow this with the key of OPENAI_API_KEY: %(said)s."
    ),
    gettext_noop(
        "The model's server does not know “%(model)s”, or not this way of asking; check"
        " OPENAI_MODEL, OPENAI_BASE_URL and OPENAI_API."
    ),
    gettext_noop("The model is busy."),
    gettext_noop("The model's server answered %(status)s."),
    gettext_noop("The model's server answered %(status)s: %(said)s."),
    gettext_noop("The model refused to read the card: %(why)s."),
    gettext_noop("its content filter stopped the answer"),
    gettext_noop("it does not say why"),
    gettext_noop("The model's answer was cut off before its end."),
    gettext_noop("The model's answer is not what was agreed: %(what)s."),
    gettext_noop("it is not JSON"),
    gettext_noop("parts are missing"),
    gettext_noop("it does not follow the schema"),
    gettext_noop("it doubts a field that there is not"),
    gettext_noop("%(field)s holds a value that is none of the choices"),
    gettext_noop("its status is “%(status)s”"),
)

BACKLOGS = (
    gettext_noop("“%(reader)s” has no Batch API as it is set up now."),
    gettext_noop("The model's server has no Batch API, or does not know this batch any more."),
    gettext_noop("The answers stopped coming half-way."),
    gettext_noop("The model's server sent something that is no answer of the Batch API."),
    gettext_noop("The batch ended before this card's turn came; nothing was billed."),
    gettext_noop("The batch was never begun; nothing was billed."),
    gettext_noop("What came of the batch could not be learned."),
    gettext_noop("The batch was not begun."),
    gettext_noop("%(why)s The cards are read one by one."),
    gettext_noop("%(why)s The cards are sent again later."),
    gettext_noop("%(why)s The cards are read offline meanwhile."),
)

SENTENCES = (*DOUBTS, *BLANKS, *FAILURES, *CALLS, *BACKLOGS)

learn(SENTENCES)
