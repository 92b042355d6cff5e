"""One plain English sentence for each error that a command can meet."""

from typing import Final

from kiosk.errors import KioskError

_SENTENCES: Final = {
    "not-toml": "{key} cannot be read: it is not valid TOML.",
    "unknown-key": "kiosk.toml has an unknown key: {key}.",
    "wrong-value": "The setting {key} has a value that does not fit.",
    "no-instance": (
        "There is no instance in {folder}. Check KIOSK_INSTANCE, or run `kiosk init` to make one."
    ),
    "no-keys": (
        "The keys of this instance are missing or damaged: restore keys/ from the backup. "
        "Only an instance that is new gets keys from `kiosk init`."
    ),
    "home-not-made": "This instance has no room called {home} yet. Run `kiosk init` first.",
    "home-name-taken": "Another room of this database is called {home}. Choose another name.",
    "newer-database": "A newer kiosk has used this database. Update this kiosk first.",
    "already-running": "A kiosk is running with this instance already. Stop that one first.",
    "name-missing": "Please give a name.",
    "name-unknown": "Nobody who works here is called {name}.",
    "name-taken": (
        "Somebody who works here is called {name} already. Give another display name, for example "
        "with the class in it: {name}（三1班）."
    ),
    "name-in-use": (
        "An adult here has the name of one of the demo. Make the demo in a folder of its own."
    ),
    "not-empty": "There are children or books here already. Make the demo in a folder of its own.",
    "roster-changed": "The roster has changed since the preview. Look at a new preview first.",
    "catalogue-changed": "The catalogue has changed since the preview. Look at a new preview.",
    "holdings-undecided": (
        "Nobody has said yet what the copies are. Choose from the preview, with --copies."
    ),
    "unknown_choice": "Say what the copies are as the preview does: numbers:905b or one.",
    "title-missing": "Please give a title of at most 300 signs.",
    "title-too-long": "This is too long for a title: at most 300 signs.",
    "wrong-csbn": "This is no 统一书号, such as 10019·1234.",
    "wrong-issn": "This is no ISSN: one of its digits is wrong or missing.",
    "wrong-class-mark": "This is no class mark, such as I287.45.",
    "wrong-price": "This is no price, such as 12.50.",
    "isbn-elsewhere": "Another title has this ISBN already.",
    "unknown-shelf": "There is no such shelf.",
    "shelf-name-missing": "Please give the shelf a name.",
    "shelf-known": "Another shelf has this name or code already.",
    "wrong-isbn": "This is no ISBN: one of its digits is wrong or missing.",
    "wrong-count": "Please give a number of copies between 1 and {most}.",
    "unknown-title": "There is no such title.",
    "unknown-child": "There is no such child.",
    "calls-changed": "The calls that would be lost have changed meanwhile. Look at them again.",
    "still-here": "The child has books or calls to come, or is in the room. See to that first.",
    "unknown-class": "There is no such class.",
    "unknown-staff": "Nobody who works here is meant by this.",
    "unknown-contact": "There is no such contact.",
    "no-card": "This child has no card. Give out a new one.",
    "wrong-phone": "This is no telephone number: eleven digits, or a landline with its area code.",
    "contact-known": "The child has this contact with this number already.",
    "purpose-missing": "Please say in a few words what the number is needed for.",
    "class-too-large": "Class {grade}.{number} would have more than 180 children. Is that right?",
    "wrong-pinyin": "Write one syllable for each sign, with a space between: zǐ hán.",
    "backup-not-sqlite": "The database is in PostgreSQL: the school backs it up with pg_dump.",
    "backup-not-written": "The backup could not be written to {folder}. Is the disk full?",
    "backup-damaged": "The copy did not pass its check, so the database needs help: {path}",
    "not_readable": "The file cannot be read.",
    "empty": "The file is empty.",
    "too_large": "The file is too large.",
    "unpacks_too_large": "The file unpacks to more than a roster or a list of books can have.",
    "too_many_rows": "The file has too many rows.",
    "too_many_columns": "The file has too many columns.",
    "wrong_extension": "The file is of another kind than its name says.",
    "html_page": "The file is a web page. Open it in a spreadsheet and save it as .xlsx.",
    "encrypted": "The file is locked with a password. Save it without one.",
    "macros": "The file has macros. Save it as .xlsx, without them.",
    "damaged": "The file is damaged. Save it again and try once more.",
    "unknown_format": "The file is of an unknown kind. Save it as .xlsx or .csv.",
    "unknown_encoding": "The signs of the file cannot be read. Save it as .xlsx.",
    "no_header": "No headings were found: a roster needs 姓名 and 班级, a list of books 书名.",
    "unknown-ledger": "There is no such ledger. `kiosk ledger --help` names them all.",
    "unknown-kind": "A ledger is written as csv or xlsx.",
    "wrong-period": "The period ends before it begins, or is too long.",
    "not-written": "The file could not be written there.",
    "record-too-long": (
        "A CNMARC record cannot hold so long a text: {title}. Nothing was written. Shorten it, or "
        "write a table."
    ),
    "unreachable": "The record cannot be reached; nothing is lost, it will be sent later.",
    "login-refused": "The record does not accept this room's password.",
    "read-only": "The record's place cannot be written to.",
    "full": "The record's disk is full.",
    "too-slow": "The record was too busy; it will be tried again.",
    "RecordProblem.damaged": "A file of the record is damaged: tell the IT teacher.",
    "out-of-step": "Another sync came in between; it will be tried again.",
    "other-machine": "Another machine now sends for this room; this one was replaced.",
    "bad-rows": "Some rows could not be taken and stay here.",
    "not-set-up": (
        "This target of the record is not set up: `postgres` needs the setting record_postgres and "
        "one more package (README.md, Settings)."
    ),
    "unknown-term": "There is no term called {name}.",
    "not-over": "The term {name} is not over yet: its last day is {last_day}.",
    "frozen": "The term {name} has been ended already.",
    "unknown-pack": "This pack is not here any more. Make another one.",
    "unknown-framework": "There is no such list of headings.",
    "bad-framework": "The file {name}.toml of headings cannot be read ({place}).",
    "not-ended": "The term is not ended to the end; nothing was lost. Try again, and it goes on.",
    "under-way": "A term is being ended at this moment.",
    "erased": "The data of this child have been erased.",
    "clock-doubt": "The clock of this PC may be wrong. Set it right first; nothing was changed.",
    "archive-damaged": "The archive of this term is damaged. Fetch it from a backup.",
    "sync-running": "A sync is running already.",
    "not-stored": "It could not be stored: is the disk full or the database locked?",
}


def sentence(error: KioskError) -> str:
    """Return the sentence for an error; an unforeseen reason is named as it is."""
    value = error.reason.value
    # Two kinds of error may share a word: a file is damaged otherwise than the record.
    text = _SENTENCES.get(f"{type(error.reason).__name__}.{value}") or _SENTENCES.get(value)
    if text is None:
        return f"It could not be done: {value}."
    return text.format_map({name: str(value) for name, value in error.values.items()})
