"""What can be wrong with what staff ask about a child or a contact."""

from enum import StrEnum


class PeopleProblem(StrEnum):
    UNKNOWN_CHILD = "unknown-child"
    UNKNOWN_CONTACT = "unknown-contact"
    NO_CARD = "no-card"
    WRONG_PHONE = "wrong-phone"
    CONTACT_KNOWN = "contact-known"
    PURPOSE_MISSING = "purpose-missing"
