"""Who a contact is to the child, in the child's words; a tile shows the relation, never a name."""

from enum import StrEnum


class Relation(StrEnum):
    """The relatives that have a face of their own; the words are the child's (爷爷, not 祖父)."""

    FATHER = "father"
    MOTHER = "mother"
    GRANDFATHER = "grandfather"
    GRANDMOTHER = "grandmother"
    MATERNAL_GRANDFATHER = "maternal_grandfather"
    MATERNAL_GRANDMOTHER = "maternal_grandmother"
    UNCLE = "uncle"
    AUNT = "aunt"
    BROTHER = "brother"
    SISTER = "sister"
    OTHER = "other"
