"""The book house: what titles and items are, where they stand, where they came from, who borrows.

SQLite can neither change a check nor drop a NOT NULL: there title, item and loan are made anew,
with their rows, indexes and triggers.

Revision: 0006
After: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TITLE = """CREATE TABLE title (
  id CHAR(32) NOT NULL, kind VARCHAR(24) NOT NULL, name VARCHAR(300) NOT NULL,
  author VARCHAR(300), publisher VARCHAR(200), published VARCHAR(20), isbn VARCHAR(13),
  csbn VARCHAR(30), issn VARCHAR(8), class_mark VARCHAR(60), grade_band VARCHAR(10),
  series VARCHAR(200), series_no INTEGER, volume VARCHAR(40), price_fen INTEGER,
  is_draft BOOLEAN NOT NULL, search_key VARCHAR(700) NOT NULL, pad_key VARCHAR(80) NOT NULL,
  CONSTRAINT pk_title PRIMARY KEY (id),
  CONSTRAINT ck_title_name_not_empty CHECK (length(name) > 0),
  CONSTRAINT ck_title_price CHECK (price_fen >= 0),
  CONSTRAINT ck_title_series_no CHECK (series_no > 0),
  CONSTRAINT ck_title_kind CHECK (kind IN ('book', 'periodical', 'game'))
)"""
OLD_TITLE = """CREATE TABLE title (
  id CHAR(32) NOT NULL, name VARCHAR(300) NOT NULL, author VARCHAR(300), publisher VARCHAR(200),
  published VARCHAR(20), isbn VARCHAR(13), csbn VARCHAR(30), class_mark VARCHAR(60),
  grade_band VARCHAR(10), search_key VARCHAR(700) NOT NULL,
  CONSTRAINT pk_title PRIMARY KEY (id),
  CONSTRAINT ck_title_name_not_empty CHECK (length(name) > 0)
)"""
ITEM = """CREATE TABLE item (
  id CHAR(32) NOT NULL, title_id CHAR(32) NOT NULL, code VARCHAR(12) NOT NULL,
  accession_no VARCHAR(20) NOT NULL, shelf_id CHAR(32), status VARCHAR(24) NOT NULL,
  added_on DATE NOT NULL, batch_id CHAR(32), price_fen INTEGER, issue VARCHAR(40),
  label_queued_at DATETIME, label_checked_at DATETIME, misses INTEGER NOT NULL,
  CONSTRAINT pk_item PRIMARY KEY (id),
  CONSTRAINT ck_item_code_length CHECK (length(code) = 12),
  CONSTRAINT ck_item_price CHECK (price_fen >= 0),
  CONSTRAINT ck_item_misses CHECK (misses >= 0),
  CONSTRAINT ck_item_status CHECK (status IN ('available', 'in_room_only', 'damaged', 'repair',
    'lost', 'missing', 'withdrawn')),
  CONSTRAINT uq_item_code UNIQUE (code),
  CONSTRAINT uq_item_accession_no UNIQUE (accession_no),
  CONSTRAINT fk_item_title_id_title FOREIGN KEY(title_id) REFERENCES title (id),
  CONSTRAINT fk_item_shelf_id_shelf FOREIGN KEY(shelf_id) REFERENCES shelf (id),
  CONSTRAINT fk_item_batch_id_intake_batch FOREIGN KEY(batch_id) REFERENCES intake_batch (id)
)"""
OLD_ITEM = """CREATE TABLE item (
  id CHAR(32) NOT NULL, title_id CHAR(32) NOT NULL, code VARCHAR(12) NOT NULL,
  accession_no VARCHAR(20) NOT NULL, shelf VARCHAR(40), status VARCHAR(24) NOT NULL,
  added_on DATE NOT NULL,
  CONSTRAINT pk_item PRIMARY KEY (id),
  CONSTRAINT ck_item_code_length CHECK (length(code) = 12),
  CONSTRAINT ck_item_status CHECK (status IN ('available', 'in_room_only', 'damaged', 'lost',
    'missing', 'withdrawn')),
  CONSTRAINT uq_item_code UNIQUE (code),
  CONSTRAINT uq_item_accession_no UNIQUE (accession_no),
  CONSTRAINT fk_item_title_id_title FOREIGN KEY(title_id) REFERENCES title (id)
)"""
LOAN = """CREATE TABLE loan (
  id CHAR(32) NOT NULL, item_id CHAR(32) NOT NULL, borrower VARCHAR(24) NOT NULL,
  child_id CHAR(32), class_id CHAR(32), staff_id CHAR(32), local_day DATE NOT NULL,
  lent_at DATETIME NOT NULL, lent_by_id CHAR(32), plain_due_on DATE NOT NULL,
  due_on DATE NOT NULL, is_holiday_loan BOOLEAN NOT NULL, renewals INTEGER NOT NULL,
  renewed_at DATETIME, ended_at DATETIME, ended_as VARCHAR(24), is_late_entry BOOLEAN NOT NULL,
  is_late_return BOOLEAN NOT NULL, request_id CHAR(32) NOT NULL, renew_request_id CHAR(32),
  end_request_id CHAR(32),
  CONSTRAINT pk_loan PRIMARY KEY (id),
  CONSTRAINT ck_loan_ended_has_a_way CHECK ((ended_at IS NULL) = (ended_as IS NULL)),
  CONSTRAINT ck_loan_ends_after_lending CHECK (ended_at >= lent_at),
  CONSTRAINT ck_loan_due_after_lending CHECK (due_on >= local_day),
  CONSTRAINT ck_loan_plain_due_after_lending CHECK (plain_due_on >= local_day),
  CONSTRAINT ck_loan_renewals CHECK (renewals >= 0),
  CONSTRAINT ck_loan_staff_borrows CHECK ((borrower = 'staff') = (staff_id IS NOT NULL)),
  CONSTRAINT ck_loan_class_borrows CHECK (borrower <> 'class' OR class_id IS NOT NULL),
  CONSTRAINT ck_loan_child_borrows CHECK (borrower = 'child' OR child_id IS NULL),
  CONSTRAINT ck_loan_open_has_a_reader CHECK (borrower <> 'child' OR child_id IS NOT NULL
    OR ended_at IS NOT NULL),
  CONSTRAINT ck_loan_borrower CHECK (borrower IN ('child', 'class', 'staff')),
  CONSTRAINT ck_loan_ended_as CHECK (ended_as IN ('returned', 'implied', 'undone', 'lost',
    'found')),
  CONSTRAINT uq_loan_request_id UNIQUE (request_id),
  CONSTRAINT fk_loan_item_id_item FOREIGN KEY(item_id) REFERENCES item (id),
  CONSTRAINT fk_loan_child_id_child FOREIGN KEY(child_id) REFERENCES child (id),
  CONSTRAINT fk_loan_class_id_school_class FOREIGN KEY(class_id) REFERENCES school_class (id),
  CONSTRAINT fk_loan_staff_id_staff FOREIGN KEY(staff_id) REFERENCES staff (id),
  CONSTRAINT fk_loan_lent_by_id_staff FOREIGN KEY(lent_by_id) REFERENCES staff (id)
)"""
OLD_LOAN = """CREATE TABLE loan (
  id CHAR(32) NOT NULL, item_id CHAR(32) NOT NULL, child_id CHAR(32) NOT NULL,
  local_day DATE NOT NULL, lent_at DATETIME NOT NULL, lent_by_id CHAR(32), due_on DATE NOT NULL,
  renewals INTEGER NOT NULL, renewed_at DATETIME, ended_at DATETIME, ended_as VARCHAR(24),
  request_id CHAR(32) NOT NULL, renew_request_id CHAR(32), end_request_id CHAR(32),
  CONSTRAINT pk_loan PRIMARY KEY (id),
  CONSTRAINT ck_loan_ended_has_a_way CHECK ((ended_at IS NULL) = (ended_as IS NULL)),
  CONSTRAINT ck_loan_ends_after_lending CHECK (ended_at >= lent_at),
  CONSTRAINT ck_loan_due_after_lending CHECK (due_on >= local_day),
  CONSTRAINT ck_loan_renewals CHECK (renewals >= 0),
  CONSTRAINT ck_loan_ended_as CHECK (ended_as IN ('returned', 'implied', 'undone', 'lost')),
  CONSTRAINT uq_loan_request_id UNIQUE (request_id),
  CONSTRAINT fk_loan_item_id_item FOREIGN KEY(item_id) REFERENCES item (id),
  CONSTRAINT fk_loan_child_id_child FOREIGN KEY(child_id) REFERENCES child (id),
  CONSTRAINT fk_loan_lent_by_id_staff FOREIGN KEY(lent_by_id) REFERENCES staff (id)
)"""

TITLE_INDEXES = ("CREATE INDEX ix_title_isbn ON title (isbn)",)
NEW_TITLE_INDEXES = (
    "CREATE INDEX ix_title_issn ON title (issn)",
    "CREATE INDEX ix_title_series ON title (series)",
)
ITEM_INDEXES = (
    "CREATE INDEX ix_item_added_on_title_id_status ON item (added_on, title_id, status)",
    "CREATE INDEX ix_item_title_id ON item (title_id)",
)
NEW_ITEM_INDEXES = (
    "CREATE INDEX ix_item_batch_id ON item (batch_id)",
    "CREATE INDEX ix_item_shelf_id ON item (shelf_id)",
    "CREATE INDEX ix_item_label_queued_at ON item (label_queued_at) "
    "WHERE label_queued_at IS NOT NULL",
)
LOAN_INDEXES = (
    "CREATE INDEX ix_loan_child_ended_at ON loan (child_id, ended_at)",
    "CREATE INDEX ix_loan_ended_at ON loan (ended_at)",
    "CREATE INDEX ix_loan_item_lent_at ON loan (item_id, lent_at)",
    "CREATE INDEX ix_loan_local_day ON loan (local_day)",
    "CREATE UNIQUE INDEX uq_loan_end_request_id ON loan (end_request_id) "
    "WHERE end_request_id IS NOT NULL",
    "CREATE UNIQUE INDEX uq_loan_open_item ON loan (item_id) WHERE ended_at IS NULL",
    "CREATE UNIQUE INDEX uq_loan_renew_request_id ON loan (renew_request_id) "
    "WHERE renew_request_id IS NOT NULL",
)

# As 0002 made them.
TRIGGER = """CREATE TRIGGER sync_{table}_{verb} AFTER {event} ON {table}
WHEN (SELECT muted FROM sync_control) IS NOT true{changed}
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), '{table}', {row}.id, '{op}')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END"""
NOTED = {
    "item": ("title_id", "status", "added_on"),
    "loan": (
        "item_id",
        "child_id",
        "local_day",
        "lent_at",
        "due_on",
        "renewals",
        "renewed_at",
        "ended_at",
        "ended_as",
    ),
}

# The columns that stay as they are, and for the others what is read out of the old row.
KEPT_OF_TITLE = (
    "id, name, author, publisher, published, isbn, csbn, class_mark, grade_band, search_key"
)
KEPT_OF_ITEM = "id, title_id, code, accession_no, status, added_on"
KEPT_OF_LOAN = (
    "id, item_id, child_id, local_day, lent_at, lent_by_id, due_on, renewals, renewed_at, "
    "ended_at, ended_as, request_id, renew_request_id, end_request_id"
)
SHELF_OF = "(SELECT id FROM shelf WHERE shelf.name = kept.shelf)"
CLASS_OF = "(SELECT class_id FROM child WHERE child.id = kept.child_id)"
ANEW = (
    ("title", TITLE, "kind, is_draft, pad_key", "'book', false, ''"),
    ("item", ITEM, "shelf_id, misses", f"{SHELF_OF}, 0"),
    (
        "loan",
        LOAN,
        "borrower, class_id, plain_due_on, is_holiday_loan, is_late_entry, is_late_return",
        f"'child', {CLASS_OF}, due_on, false, false, false",
    ),
)
BACK = (
    ("title", OLD_TITLE, "", ""),
    ("item", OLD_ITEM, "shelf", "(SELECT name FROM shelf WHERE shelf.id = kept.shelf_id)"),
    ("loan", OLD_LOAN, "", ""),
)
KEPT = {"title": KEPT_OF_TITLE, "item": KEPT_OF_ITEM, "loan": KEPT_OF_LOAN}
INDEXES = {"title": TITLE_INDEXES, "item": ITEM_INDEXES, "loan": LOAN_INDEXES}
NEW_INDEXES = {"title": NEW_TITLE_INDEXES, "item": NEW_ITEM_INDEXES}

POSTGRES = (
    "ALTER TABLE title ADD COLUMN kind VARCHAR(24) NOT NULL DEFAULT 'book'",
    "ALTER TABLE title ADD COLUMN issn VARCHAR(8)",
    "ALTER TABLE title ADD COLUMN series VARCHAR(200)",
    "ALTER TABLE title ADD COLUMN series_no INTEGER",
    "ALTER TABLE title ADD COLUMN volume VARCHAR(40)",
    "ALTER TABLE title ADD COLUMN price_fen INTEGER",
    "ALTER TABLE title ADD COLUMN is_draft BOOLEAN NOT NULL DEFAULT false",
    "ALTER TABLE title ADD COLUMN pad_key VARCHAR(80) NOT NULL DEFAULT ''",
    "ALTER TABLE title ALTER COLUMN kind DROP DEFAULT",
    "ALTER TABLE title ALTER COLUMN is_draft DROP DEFAULT",
    "ALTER TABLE title ALTER COLUMN pad_key DROP DEFAULT",
    "ALTER TABLE title ADD CONSTRAINT ck_title_price CHECK (price_fen >= 0)",
    "ALTER TABLE title ADD CONSTRAINT ck_title_series_no CHECK (series_no > 0)",
    "ALTER TABLE title ADD CONSTRAINT ck_title_kind CHECK (kind IN ('book', 'periodical', 'game'))",
    "ALTER TABLE item ADD COLUMN shelf_id UUID",
    "ALTER TABLE item ADD COLUMN batch_id UUID",
    "ALTER TABLE item ADD COLUMN price_fen INTEGER",
    "ALTER TABLE item ADD COLUMN issue VARCHAR(40)",
    "ALTER TABLE item ADD COLUMN label_queued_at TIMESTAMP",
    "ALTER TABLE item ADD COLUMN label_checked_at TIMESTAMP",
    "ALTER TABLE item ADD COLUMN misses INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE item ALTER COLUMN misses DROP DEFAULT",
    "UPDATE item SET shelf_id = shelf.id FROM shelf WHERE shelf.name = item.shelf",
    "ALTER TABLE item DROP COLUMN shelf",
    "ALTER TABLE item ADD CONSTRAINT ck_item_price CHECK (price_fen >= 0)",
    "ALTER TABLE item ADD CONSTRAINT ck_item_misses CHECK (misses >= 0)",
    "ALTER TABLE item DROP CONSTRAINT ck_item_status",
    "ALTER TABLE item ADD CONSTRAINT ck_item_status CHECK (status IN ('available', "
    "'in_room_only', 'damaged', 'repair', 'lost', 'missing', 'withdrawn'))",
    "ALTER TABLE item ADD CONSTRAINT fk_item_shelf_id_shelf FOREIGN KEY (shelf_id) "
    "REFERENCES shelf (id)",
    "ALTER TABLE item ADD CONSTRAINT fk_item_batch_id_intake_batch FOREIGN KEY (batch_id) "
    "REFERENCES intake_batch (id)",
    "ALTER TABLE loan ADD COLUMN borrower VARCHAR(24) NOT NULL DEFAULT 'child'",
    "ALTER TABLE loan ADD COLUMN class_id UUID",
    "ALTER TABLE loan ADD COLUMN staff_id UUID",
    "ALTER TABLE loan ADD COLUMN plain_due_on DATE",
    "ALTER TABLE loan ADD COLUMN is_holiday_loan BOOLEAN NOT NULL DEFAULT false",
    "ALTER TABLE loan ADD COLUMN is_late_entry BOOLEAN NOT NULL DEFAULT false",
    "ALTER TABLE loan ADD COLUMN is_late_return BOOLEAN NOT NULL DEFAULT false",
    "UPDATE loan SET plain_due_on = due_on, class_id = child.class_id FROM child "
    "WHERE child.id = loan.child_id",
    "ALTER TABLE loan ALTER COLUMN plain_due_on SET NOT NULL",
    "ALTER TABLE loan ALTER COLUMN child_id DROP NOT NULL",
    "ALTER TABLE loan ALTER COLUMN borrower DROP DEFAULT",
    "ALTER TABLE loan ALTER COLUMN is_holiday_loan DROP DEFAULT",
    "ALTER TABLE loan ALTER COLUMN is_late_entry DROP DEFAULT",
    "ALTER TABLE loan ALTER COLUMN is_late_return DROP DEFAULT",
    "ALTER TABLE loan DROP CONSTRAINT ck_loan_ended_as",
    "ALTER TABLE loan ADD CONSTRAINT ck_loan_ended_as CHECK (ended_as IN ('returned', "
    "'implied', 'undone', 'lost', 'found'))",
    "ALTER TABLE loan ADD CONSTRAINT ck_loan_borrower CHECK (borrower IN "
    "('child', 'class', 'staff'))",
    "ALTER TABLE loan ADD CONSTRAINT ck_loan_plain_due_after_lending CHECK "
    "(plain_due_on >= local_day)",
    "ALTER TABLE loan ADD CONSTRAINT ck_loan_staff_borrows CHECK "
    "((borrower = 'staff') = (staff_id IS NOT NULL))",
    "ALTER TABLE loan ADD CONSTRAINT ck_loan_class_borrows CHECK "
    "(borrower <> 'class' OR class_id IS NOT NULL)",
    "ALTER TABLE loan ADD CONSTRAINT ck_loan_child_borrows CHECK "
    "(borrower = 'child' OR child_id IS NULL)",
    "ALTER TABLE loan ADD CONSTRAINT ck_loan_open_has_a_reader CHECK "
    "(borrower <> 'child' OR child_id IS NOT NULL OR ended_at IS NOT NULL)",
    "ALTER TABLE loan ADD CONSTRAINT fk_loan_class_id_school_class FOREIGN KEY (class_id) "
    "REFERENCES school_class (id)",
    "ALTER TABLE loan ADD CONSTRAINT fk_loan_staff_id_staff FOREIGN KEY (staff_id) "
    "REFERENCES staff (id)",
    *NEW_TITLE_INDEXES,
    *NEW_ITEM_INDEXES,
)
POSTGRES_BACK = (
    "DROP INDEX ix_title_issn",
    "DROP INDEX ix_title_series",
    "ALTER TABLE title DROP COLUMN kind, DROP COLUMN issn, DROP COLUMN series, "
    "DROP COLUMN series_no, DROP COLUMN volume, DROP COLUMN price_fen, DROP COLUMN is_draft, "
    "DROP COLUMN pad_key",
    "ALTER TABLE item ADD COLUMN shelf VARCHAR(40)",
    "UPDATE item SET shelf = shelf.name FROM shelf WHERE shelf.id = item.shelf_id",
    "ALTER TABLE item DROP COLUMN shelf_id, DROP COLUMN batch_id, DROP COLUMN price_fen, "
    "DROP COLUMN issue, DROP COLUMN label_queued_at, DROP COLUMN label_checked_at, "
    "DROP COLUMN misses",
    "ALTER TABLE item DROP CONSTRAINT ck_item_status",
    "ALTER TABLE item ADD CONSTRAINT ck_item_status CHECK (status IN ('available', "
    "'in_room_only', 'damaged', 'lost', 'missing', 'withdrawn'))",
    "ALTER TABLE loan DROP CONSTRAINT ck_loan_open_has_a_reader",
    "ALTER TABLE loan DROP COLUMN borrower, DROP COLUMN class_id, DROP COLUMN staff_id, "
    "DROP COLUMN plain_due_on, DROP COLUMN is_holiday_loan, DROP COLUMN is_late_entry, "
    "DROP COLUMN is_late_return",
    "ALTER TABLE loan ALTER COLUMN child_id SET NOT NULL",
    "ALTER TABLE loan DROP CONSTRAINT ck_loan_ended_as",
    "ALTER TABLE loan ADD CONSTRAINT ck_loan_ended_as CHECK (ended_as IN ('returned', "
    "'implied', 'undone', 'lost'))",
)


def _triggers(table):
    names = NOTED.get(table, ())
    changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in names)
    for verb, event, row, kind, condition in (
        ("insert", "INSERT", "NEW", "U", ""),
        ("update", f"UPDATE OF {', '.join(names)}", "NEW", "U", f" AND ({changed})"),
        ("delete", "DELETE", "OLD", "D", ""),
    ):
        if names:
            yield TRIGGER.format(
                table=table, verb=verb, event=event, row=row, op=kind, changed=condition
            )


def _make_anew(tables, more_indexes):
    (muted,) = op.get_bind().exec_driver_sql("SELECT muted FROM sync_control").one()
    # Rows refer to one another: the references are counted at the end, when all is back.
    _run("PRAGMA defer_foreign_keys = ON", "UPDATE sync_control SET muted = true")
    for table, ddl, added, read in tables:
        more = ("", "") if not added else (f", {added}", f", {read}")
        _run(
            f"CREATE TEMPORARY TABLE kept AS SELECT * FROM {table}",
            f"DROP TABLE {table}",
            ddl,
            f"INSERT INTO {table} ({KEPT[table]}{more[0]}) SELECT {KEPT[table]}{more[1]} FROM kept",
            "DROP TABLE kept",
            *INDEXES[table],
            *more_indexes.get(table, ()),
            *_triggers(table),
        )
    op.get_bind().exec_driver_sql("UPDATE sync_control SET muted = ?", (muted,))


def _run(*statements):
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)


def upgrade():
    op.create_table(
        "shelf",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=True),
        sa.Column(
            "colour",
            sa.Enum(
                "persimmon",
                "wheat",
                "sprout",
                "lake",
                "indigo",
                "taro",
                name="colour",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("letter", sa.String(length=2), nullable=True),
        sa.CheckConstraint("length(code) = 12", name=op.f("ck_shelf_code_length")),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_shelf_name_not_empty")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shelf")),
        sa.UniqueConstraint("name", name=op.f("uq_shelf_name")),
    )
    with op.batch_alter_table("shelf", schema=None) as batch_op:
        batch_op.create_index(
            "uq_shelf_code",
            ["code"],
            unique=True,
            sqlite_where=sa.text("code IS NOT NULL"),
            postgresql_where=sa.text("code IS NOT NULL"),
        )
    op.create_table(
        "intake_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "purchase",
                "donation",
                "allotment",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("donor", sa.String(length=200), nullable=True),
        sa.Column("donor_contact_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("received_by_id", sa.Uuid(), nullable=True),
        sa.Column("accepted_by_id", sa.Uuid(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "kind <> 'donation' OR length(donor) > 0",
            name=op.f("ck_intake_batch_donation_has_a_donor"),
        ),
        sa.CheckConstraint(
            "(accepted_at IS NULL) = (accepted_by_id IS NULL)",
            name=op.f("ck_intake_batch_accepted_by_somebody"),
        ),
        sa.CheckConstraint(
            "accepted_by_id <> received_by_id", name=op.f("ck_intake_batch_two_persons")
        ),
        sa.ForeignKeyConstraint(
            ["accepted_by_id"], ["staff.id"], name=op.f("fk_intake_batch_accepted_by_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["home_id"], ["home.id"], name=op.f("fk_intake_batch_home_id_home")
        ),
        sa.ForeignKeyConstraint(
            ["received_by_id"], ["staff.id"], name=op.f("fk_intake_batch_received_by_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_batch")),
    )
    op.create_table(
        "batch_goods",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("spec", sa.String(length=100), nullable=True),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=True),
        sa.Column("used_for", sa.String(length=100), nullable=True),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_batch_goods_name_not_empty")),
        sa.CheckConstraint("price_fen >= 0", name=op.f("ck_batch_goods_price")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_batch_goods_quantity")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["intake_batch.id"], name=op.f("fk_batch_goods_batch_id_intake_batch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_goods")),
    )
    with op.batch_alter_table("batch_goods", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_batch_goods_batch_id"), ["batch_id"], unique=False)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    new_id = "lower(hex(randomblob(16)))" if is_sqlite else "gen_random_uuid()"
    _run(
        f"INSERT INTO shelf (id, name) SELECT {new_id}, shelf "
        "FROM (SELECT DISTINCT shelf FROM item WHERE shelf <> '') AS named"
    )
    if is_sqlite:
        _make_anew(ANEW, NEW_INDEXES)
    else:
        _run(*POSTGRES)
    op.create_table(
        "title_cover",
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("length(jpeg) BETWEEN 1 AND 30720", name=op.f("ck_title_cover_size")),
        sa.ForeignKeyConstraint(
            ["title_id"], ["title.id"], name=op.f("fk_title_cover_title_id_title")
        ),
        sa.PrimaryKeyConstraint("title_id", name=op.f("pk_title_cover")),
    )


def downgrade():
    """Go back; a loan of a class, an item in repair fails the old checks, and nothing is changed."""
    op.drop_table("title_cover")
    if op.get_bind().dialect.name == "sqlite":
        _make_anew(BACK, {})
    else:
        _run(*POSTGRES_BACK)
    for table in ("batch_goods", "intake_batch", "shelf"):
        op.drop_table(table)
