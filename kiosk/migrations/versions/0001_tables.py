"""The tables of the first release.

Revision: 0001
After: nothing
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "audit",
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column(
            "action",
            sa.Enum(
                "login",
                "login_failed",
                "reveal",
                "search",
                "export",
                "print",
                "import",
                "edit",
                "card",
                "staff",
                name="action",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("fields", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=80), nullable=False),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_audit")),
    )
    op.create_table(
        "home",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home")),
        sa.UniqueConstraint("name", name=op.f("uq_home_name")),
    )
    op.create_table(
        "school_class",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("grade BETWEEN 1 AND 9", name=op.f("ck_school_class_grade")),
        sa.CheckConstraint("number BETWEEN 1 AND 40", name=op.f("ck_school_class_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_class")),
        sa.UniqueConstraint("grade", "number", name=op.f("uq_school_class_grade_number")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("display_name", sa.String(length=40), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "volunteer",
                "duty_teacher",
                "librarian",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("pin_hash", sa.String(length=200), nullable=False),
        sa.Column("pin_is_one_time", sa.Boolean(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "length(display_name) > 0", name=op.f("ck_staff_display_name_not_empty")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
    )
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.create_index(
            "uq_staff_name_here",
            ["display_name"],
            unique=True,
            sqlite_where=sa.text("left_on IS NULL"),
            postgresql_where=sa.text("left_on IS NULL"),
        )

    op.create_table(
        "sync_change",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("tbl", sa.String(length=40), nullable=False),
        sa.Column("pk", sa.String(length=32), nullable=False),
        sa.Column("op", sa.String(length=1), nullable=False),
        sa.CheckConstraint("op IN ('U', 'D')", name=op.f("ck_sync_change_op")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_sync_change")),
        sa.UniqueConstraint("tbl", "pk", name=op.f("uq_sync_change_tbl_pk")),
    )
    op.create_table(
        "sync_control",
        sa.Column("k", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.CheckConstraint("k = 1", name=op.f("ck_sync_control_one_row")),
        sa.PrimaryKeyConstraint("k", name=op.f("pk_sync_control")),
    )
    op.create_table(
        "sync_quarantine",
        sa.Column("target", sa.String(length=20), nullable=False),
        sa.Column("tbl", sa.String(length=40), nullable=False),
        sa.Column("pk", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.String(length=24), nullable=False),
        sa.Column("first_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("target", "tbl", "pk", name=op.f("pk_sync_quarantine")),
    )
    op.create_table(
        "sync_state",
        sa.Column("target", sa.String(length=20), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("acked_seq", sa.BigInteger(), nullable=False),
        sa.Column("verified_seq", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("sending_to", sa.BigInteger(), nullable=True),
        sa.Column("sending_chain", sa.String(length=64), nullable=True),
        sa.Column("claim", sa.String(length=32), nullable=True),
        sa.Column("last_success_at", sa.DateTime(), nullable=True),
        sa.Column("last_error", sa.String(length=24), nullable=True),
        sa.Column("last_error_at", sa.DateTime(), nullable=True),
        sa.Column(
            "notice",
            sa.Enum(
                "restored",
                "record-was-empty",
                "repaired",
                name="notice",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("notice_rows", sa.Integer(), nullable=False),
        sa.Column("notice_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("acked_seq >= 0", name=op.f("ck_sync_state_acked_seq")),
        sa.CheckConstraint("epoch >= 1", name=op.f("ck_sync_state_epoch")),
        sa.PrimaryKeyConstraint("target", name=op.f("pk_sync_state")),
    )
    op.create_table(
        "title",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("author", sa.String(length=300), nullable=True),
        sa.Column("publisher", sa.String(length=200), nullable=True),
        sa.Column("published", sa.String(length=20), nullable=True),
        sa.Column("isbn", sa.String(length=13), nullable=True),
        sa.Column("csbn", sa.String(length=30), nullable=True),
        sa.Column("class_mark", sa.String(length=60), nullable=True),
        sa.Column("grade_band", sa.String(length=10), nullable=True),
        sa.Column("search_key", sa.String(length=700), nullable=False),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_title_name_not_empty")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_title")),
    )
    with op.batch_alter_table("title", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_title_isbn"), ["isbn"], unique=False)

    op.create_table(
        "child",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_name", sa.String(length=40), nullable=False),
        sa.Column("given_name", sa.String(length=40), nullable=False),
        sa.Column("initials", sa.String(length=40), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("local_no", sa.String(length=20), nullable=True),
        sa.Column("is_boarder", sa.Boolean(), nullable=False),
        sa.Column(
            "animal",
            sa.Enum(
                "rabbit",
                "cat",
                "ox",
                "sheep",
                "goat",
                "horse",
                "bear",
                "panda",
                "fox",
                "squirrel",
                "hedgehog",
                "deer",
                "tiger",
                "lion",
                "snow-leopard",
                "elephant",
                "giraffe",
                "zebra",
                "koala",
                "owl",
                "swallow",
                "magpie",
                "crane",
                "penguin",
                "goose",
                "frog",
                "fish",
                "whale",
                "seal",
                "otter",
                name="animal",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "cloth",
            sa.Enum(
                "persimmon",
                "wheat",
                "sprout",
                "lake",
                "indigo",
                "taro",
                name="cloth",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("enrolled_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("not_in_file_since", sa.Date(), nullable=True),
        sa.CheckConstraint("length(given_name) > 0", name=op.f("ck_child_given_name_not_empty")),
        sa.ForeignKeyConstraint(
            ["class_id"], ["school_class.id"], name=op.f("fk_child_class_id_school_class")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child")),
    )
    with op.batch_alter_table("child", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_child_initials"), ["initials"], unique=False)
        batch_op.create_index(
            "uq_child_badge_in_class",
            ["class_id", "animal", "cloth"],
            unique=True,
            sqlite_where=sa.text("left_on IS NULL"),
            postgresql_where=sa.text("left_on IS NULL"),
        )

    op.create_table(
        "item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("accession_no", sa.String(length=20), nullable=False),
        sa.Column("shelf", sa.String(length=40), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "available",
                "in_room_only",
                "damaged",
                "lost",
                "missing",
                "withdrawn",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.CheckConstraint("length(code) = 12", name=op.f("ck_item_code_length")),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"], name=op.f("fk_item_title_id_title")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("accession_no", name=op.f("uq_item_accession_no")),
        sa.UniqueConstraint("code", name=op.f("uq_item_code")),
    )
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_title_id"), ["title_id"], unique=False)

    op.create_table(
        "line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "phone", "video", name="kind", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("is_in_use", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_line_home_id_home")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line")),
        sa.UniqueConstraint("home_id", "name", name=op.f("uq_line_home_id_name")),
    )
    op.create_table(
        "opening_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("from_min", sa.Integer(), nullable=False),
        sa.Column("to_min", sa.Integer(), nullable=False),
        sa.Column("place_min", sa.Integer(), nullable=False),
        sa.Column("talk_min", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "0 < talk_min AND talk_min <= place_min", name=op.f("ck_opening_rule_talk_fits")
        ),
        sa.CheckConstraint(
            "0 <= from_min AND from_min < to_min AND to_min <= 1440",
            name=op.f("ck_opening_rule_span"),
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_opening_rule_validity")),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_opening_rule_weekday")),
        sa.ForeignKeyConstraint(
            ["home_id"], ["home.id"], name=op.f("fk_opening_rule_home_id_home")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_rule")),
    )
    op.create_table(
        "staff_session",
        sa.Column("id_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(), nullable=False),
        sa.Column("locked_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_session_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id_digest", name=op.f("pk_staff_session")),
    )
    op.create_table(
        "throttle",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failure_at", sa.DateTime(), nullable=False),
        sa.Column("blocked_until", sa.DateTime(), nullable=True),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_throttle_failures")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_throttle_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_throttle")),
    )
    op.create_table(
        "card",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("issued_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(child_id IS NULL) <> (staff_id IS NULL)", name=op.f("ck_card_one_holder")
        ),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_card_child_id_child")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_card_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_card_code_digest")),
    )
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.create_index(
            "uq_card_valid_child",
            ["child_id"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL AND child_id IS NOT NULL"),
            postgresql_where=sa.text("revoked_at IS NULL AND child_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_card_valid_staff",
            ["staff_id"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL AND staff_id IS NOT NULL"),
            postgresql_where=sa.text("revoked_at IS NULL AND staff_id IS NOT NULL"),
        )

    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column(
            "relation",
            sa.Enum(
                "father",
                "mother",
                "grandfather",
                "grandmother",
                "maternal_grandfather",
                "maternal_grandmother",
                "uncle",
                "aunt",
                "brother",
                "sister",
                "other",
                name="relation",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("full_name_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("phone_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("phone_tail", sa.String(length=4), nullable=False),
        sa.Column("phone_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "proposed",
                "approved",
                "barred",
                "withdrawn",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_contact_child_id_child")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint(
            "child_id",
            "relation",
            "phone_digest",
            name=op.f("uq_contact_child_id_relation_phone_digest"),
        ),
        sa.UniqueConstraint("id", "child_id", name=op.f("uq_contact_id_child_id")),
    )
    op.create_table(
        "loan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("lent_at", sa.DateTime(), nullable=False),
        sa.Column("lent_by_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("renewals", sa.Integer(), nullable=False),
        sa.Column("renewed_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column(
            "ended_as",
            sa.Enum(
                "returned",
                "implied",
                "undone",
                "lost",
                name="ended_as",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("renew_request_id", sa.Uuid(), nullable=True),
        sa.Column("end_request_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_as IS NULL)", name=op.f("ck_loan_ended_has_a_way")
        ),
        sa.CheckConstraint("due_on >= local_day", name=op.f("ck_loan_due_after_lending")),
        sa.CheckConstraint("ended_at >= lent_at", name=op.f("ck_loan_ends_after_lending")),
        sa.CheckConstraint("renewals >= 0", name=op.f("ck_loan_renewals")),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_loan_child_id_child")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_loan_item_id_item")),
        sa.ForeignKeyConstraint(
            ["lent_by_id"], ["staff.id"], name=op.f("fk_loan_lent_by_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan")),
        sa.UniqueConstraint("request_id", name=op.f("uq_loan_request_id")),
    )
    with op.batch_alter_table("loan", schema=None) as batch_op:
        batch_op.create_index("ix_loan_child_ended_at", ["child_id", "ended_at"], unique=False)
        batch_op.create_index("ix_loan_ended_at", ["ended_at"], unique=False)
        batch_op.create_index("ix_loan_item_lent_at", ["item_id", "lent_at"], unique=False)
        batch_op.create_index("ix_loan_local_day", ["local_day"], unique=False)
        batch_op.create_index(
            "uq_loan_end_request_id",
            ["end_request_id"],
            unique=True,
            sqlite_where=sa.text("end_request_id IS NOT NULL"),
            postgresql_where=sa.text("end_request_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_loan_renew_request_id",
            ["renew_request_id"],
            unique=True,
            sqlite_where=sa.text("renew_request_id IS NOT NULL"),
            postgresql_where=sa.text("renew_request_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_loan_open_item",
            ["item_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "opening",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=True),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("from_min", sa.Integer(), nullable=False),
        sa.Column("to_min", sa.Integer(), nullable=False),
        sa.Column("place_min", sa.Integer(), nullable=False),
        sa.Column("talk_min", sa.Integer(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "rule",
                "manual",
                "adhoc",
                name="origin",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "open",
                "held",
                "short",
                "missed",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("is_close_unconfirmed", sa.Boolean(), nullable=False),
        sa.Column("is_tidy", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "state NOT IN ('held', 'short') OR (closed_at IS NULL) = is_close_unconfirmed",
            name=op.f("ck_opening_held_has_an_end"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('open', 'held', 'short') OR opened_at IS NOT NULL",
            name=op.f("ck_opening_open_has_a_time"),
        ),
        sa.CheckConstraint(
            "0 <= from_min AND from_min < to_min AND to_min <= 1440", name=op.f("ck_opening_span")
        ),
        sa.CheckConstraint("closed_at >= opened_at", name=op.f("ck_opening_closes_after_opening")),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_opening_home_id_home")),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["opening_rule.id"], name=op.f("fk_opening_rule_id_opening_rule")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening")),
        sa.UniqueConstraint("rule_id", "on_date", name=op.f("uq_opening_rule_id_on_date")),
    )
    with op.batch_alter_table("opening", schema=None) as batch_op:
        batch_op.create_index("ix_opening_home_date", ["home_id", "on_date"], unique=False)
        batch_op.create_index(
            "uq_opening_open_home",
            ["home_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(), nullable=False),
        sa.Column("signed_out_at", sa.DateTime(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "left",
                "left_unconfirmed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("leave_request_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'left') = (signed_out_at IS NOT NULL)", name=op.f("ck_visit_left_has_a_time")
        ),
        sa.CheckConstraint(
            "signed_out_at >= signed_in_at", name=op.f("ck_visit_leaves_after_arriving")
        ),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_visit_child_id_child")),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_visit_home_id_home")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("request_id", name=op.f("uq_visit_request_id")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(
            "ix_visit_child_signed_in", ["child_id", "signed_in_at"], unique=False
        )
        batch_op.create_index(
            "ix_visit_ended_home_day",
            ["home_id", "local_day"],
            unique=False,
            sqlite_where=sa.text("state != 'open'"),
            postgresql_where=sa.text("state != 'open'"),
        )
        batch_op.create_index(
            "uq_visit_leave_request_id",
            ["leave_request_id"],
            unique=True,
            sqlite_where=sa.text("leave_request_id IS NOT NULL"),
            postgresql_where=sa.text("leave_request_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_visit_open_child",
            ["child_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "duty",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("signed_on_at", sa.DateTime(), nullable=False),
        sa.Column("signed_off_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("signed_off_at >= signed_on_at", name=op.f("ck_duty_off_after_on")),
        sa.ForeignKeyConstraint(
            ["opening_id"], ["opening.id"], name=op.f("fk_duty_opening_id_opening")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_duty_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
    )
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.create_index("ix_duty_opening_id", ["opening_id"], unique=False)
        batch_op.create_index(
            "uq_duty_open_staff",
            ["opening_id", "staff_id"],
            unique=True,
            sqlite_where=sa.text("signed_off_at IS NULL"),
            postgresql_where=sa.text("signed_off_at IS NULL"),
        )

    op.create_table(
        "safety_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column(
            "hazard",
            sa.Enum(
                "fire",
                "water",
                "electricity",
                "poisoning",
                "collapse",
                "falls",
                "traffic",
                "accidents",
                name="hazard",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("is_fine", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("checked_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "is_fine OR length(note) > 0", name=op.f("ck_safety_check_exception_has_a_note")
        ),
        sa.ForeignKeyConstraint(
            ["opening_id"], ["opening.id"], name=op.f("fk_safety_check_opening_id_opening")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_check")),
        sa.UniqueConstraint("opening_id", "hazard", name=op.f("uq_safety_check_opening_id_hazard")),
    )
    op.create_table(
        "slot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("week_key", sa.String(length=8), nullable=False),
        sa.Column("start_min", sa.Integer(), nullable=False),
        sa.Column("end_min", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "withdrawn",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "0 <= start_min AND start_min < end_min AND end_min <= 1440", name=op.f("ck_slot_span")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_slot_line_id_line")),
        sa.ForeignKeyConstraint(
            ["opening_id"], ["opening.id"], name=op.f("fk_slot_opening_id_opening")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
        sa.UniqueConstraint(
            "id",
            "week_key",
            "on_date",
            "start_min",
            name=op.f("uq_slot_id_week_key_on_date_start_min"),
        ),
    )
    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.create_index("ix_slot_on_date", ["on_date", "start_min"], unique=False)
        batch_op.create_index(batch_op.f("ix_slot_opening_id"), ["opening_id"], unique=False)
        batch_op.create_index(
            "uq_slot_open_line",
            ["line_id", "on_date", "start_min"],
            unique=True,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )

    op.create_table(
        "booking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("week_key", sa.String(length=8), nullable=False),
        sa.Column("start_min", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("phone_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "weekly",
                "standby",
                "parent",
                "urgent",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "booked",
                "waiting",
                "calling",
                "done",
                "cut",
                "no_answer",
                "no_show",
                "excused",
                "cancelled",
                "released",
                "unclear",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(), nullable=False),
        sa.Column("is_owed", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("booked_at", sa.DateTime(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ended_at >= started_at", name=op.f("ck_booking_ends_after_starting")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_booking_version")),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_booking_child_id_child")),
        sa.ForeignKeyConstraint(
            ["contact_id", "child_id"],
            ["contact.id", "contact.child_id"],
            name="fk_booking_own_contact",
        ),
        sa.ForeignKeyConstraint(
            ["slot_id", "week_key", "on_date", "start_min"],
            ["slot.id", "slot.week_key", "slot.on_date", "slot.start_min"],
            name="fk_booking_slot",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("request_id", name=op.f("uq_booking_request_id")),
    )
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.create_index("ix_booking_child_date", ["child_id", "on_date"], unique=False)
        batch_op.create_index("ix_booking_date", ["on_date", "start_min"], unique=False)
        batch_op.create_index(
            "ix_booking_unfinished",
            ["on_date"],
            unique=False,
            sqlite_where=sa.text("state IN ('booked', 'calling', 'waiting')"),
            postgresql_where=sa.text("state IN ('booked', 'calling', 'waiting')"),
        )
        batch_op.create_index(
            "ux_child",
            ["child_id", "on_date", "start_min"],
            unique=True,
            sqlite_where=sa.text(
                "state IN ('booked', 'calling', 'cut', 'done', 'unclear', 'waiting')"
            ),
            postgresql_where=sa.text(
                "state IN ('booked', 'calling', 'cut', 'done', 'unclear', 'waiting')"
            ),
        )
        batch_op.create_index(
            "ux_contact",
            ["phone_digest", "on_date", "start_min"],
            unique=True,
            sqlite_where=sa.text(
                "state IN ('booked', 'calling', 'cut', 'done', 'unclear', 'waiting')"
            ),
            postgresql_where=sa.text(
                "state IN ('booked', 'calling', 'cut', 'done', 'unclear', 'waiting')"
            ),
        )
        batch_op.create_index(
            "ux_slot",
            ["slot_id"],
            unique=True,
            sqlite_where=sa.text(
                "state IN ('booked', 'calling', 'cut', 'done', 'unclear', 'waiting')"
            ),
            postgresql_where=sa.text(
                "state IN ('booked', 'calling', 'cut', 'done', 'unclear', 'waiting')"
            ),
        )
        batch_op.create_index(
            "ux_week",
            ["child_id", "week_key"],
            unique=True,
            sqlite_where=sa.text(
                "kind = 'weekly' AND state IN ('booked', 'calling', 'done', 'unclear', 'waiting')"
            ),
            postgresql_where=sa.text(
                "kind = 'weekly' AND state IN ('booked', 'calling', 'done', 'unclear', 'waiting')"
            ),
        )

    op.create_table(
        "booking_event",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column(
            "from_state",
            sa.Enum(
                "booked",
                "waiting",
                "calling",
                "done",
                "cut",
                "no_answer",
                "no_show",
                "excused",
                "cancelled",
                "released",
                "unclear",
                name="from_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "booked",
                "waiting",
                "calling",
                "done",
                "cut",
                "no_answer",
                "no_show",
                "excused",
                "cancelled",
                "released",
                "unclear",
                name="to_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("by_child_id", sa.Uuid(), nullable=True),
        sa.Column("by_staff_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "by_child_id IS NULL OR by_staff_id IS NULL", name=op.f("ck_booking_event_one_actor")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_booking_event_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(
            ["by_child_id"], ["child.id"], name=op.f("fk_booking_event_by_child_id_child")
        ),
        sa.ForeignKeyConstraint(
            ["by_staff_id"], ["staff.id"], name=op.f("fk_booking_event_by_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("booking_id", "seq", name=op.f("pk_booking_event")),
    )
    op.create_table(
        "call_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column(
            "result",
            sa.Enum(
                "connected",
                "no_answer",
                "busy",
                "wrong_number",
                "cut",
                name="result",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (result IS NULL)", name=op.f("ck_call_attempt_ended_has_a_result")
        ),
        sa.CheckConstraint(
            "ended_at >= started_at", name=op.f("ck_call_attempt_ends_after_starting")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_call_attempt_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["line.id"], name=op.f("fk_call_attempt_line_id_line")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_attempt")),
    )
    with op.batch_alter_table("call_attempt", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_call_attempt_booking_id"), ["booking_id"], unique=False
        )
        batch_op.create_index(
            "ux_live",
            ["line_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )


def downgrade():
    with op.batch_alter_table("call_attempt", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_live",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_call_attempt_booking_id"))

    op.drop_table("call_attempt")
    op.drop_table("booking_event")
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_week",
            sqlite_where=sa.text(
                "kind = 'weekly' AND state IN ('booked', 'calling', 'done', 'unclear', 'waiting')"
            ),
            postgresql_where=sa.text(
                "kind = 'weekly' AND state IN ('booked', 'calling', 'done', 'unclear', 'waiting')"
            ),
        )
        batch_op.drop_index(
            "ux_slot",
            sqlite_where=sa.text(
                "state IN ('booked', 'calling', 'cut', 'done', 'unclear', 'waiting')"
            ),
            postgresql_where=sa.text(
                "state IN ('booked', 'calling', 'cut', 'done', 'unclear', 'waiting')"
            ),
        )
        batch_op.drop_index(
            "ux_contact",
            sqlite_where=sa.text(
                "state IN ('booked', 'calling', 'cut', 'done', 'unclear', 'waiting')"
            ),
            postgresql_where=sa.text(
                "state IN ('booked', 'calling', 'cut', 'done', 'unclear', 'waiting')"
            ),
        )
        batch_op.drop_index(
            "ux_child",
            sqlite_where=sa.text(
                "state IN ('booked', 'calling', 'cut', 'done', 'unclear', 'waiting')"
            ),
            postgresql_where=sa.text(
                "state IN ('booked', 'calling', 'cut', 'done', 'unclear', 'waiting')"
            ),
        )
        batch_op.drop_index(
            "ix_booking_unfinished",
            sqlite_where=sa.text("state IN ('booked', 'calling', 'waiting')"),
            postgresql_where=sa.text("state IN ('booked', 'calling', 'waiting')"),
        )
        batch_op.drop_index("ix_booking_date")
        batch_op.drop_index("ix_booking_child_date")

    op.drop_table("booking")
    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_slot_open_line",
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )
        batch_op.drop_index(batch_op.f("ix_slot_opening_id"))
        batch_op.drop_index("ix_slot_on_date")

    op.drop_table("slot")
    op.drop_table("safety_check")
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_duty_open_staff",
            sqlite_where=sa.text("signed_off_at IS NULL"),
            postgresql_where=sa.text("signed_off_at IS NULL"),
        )
        batch_op.drop_index("ix_duty_opening_id")

    op.drop_table("duty")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_visit_open_child",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index(
            "uq_visit_leave_request_id",
            sqlite_where=sa.text("leave_request_id IS NOT NULL"),
            postgresql_where=sa.text("leave_request_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_visit_ended_home_day",
            sqlite_where=sa.text("state != 'open'"),
            postgresql_where=sa.text("state != 'open'"),
        )
        batch_op.drop_index("ix_visit_child_signed_in")

    op.drop_table("visit")
    with op.batch_alter_table("opening", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_opening_open_home",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index("ix_opening_home_date")

    op.drop_table("opening")
    with op.batch_alter_table("loan", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_loan_open_item",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(
            "uq_loan_renew_request_id",
            sqlite_where=sa.text("renew_request_id IS NOT NULL"),
            postgresql_where=sa.text("renew_request_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_loan_end_request_id",
            sqlite_where=sa.text("end_request_id IS NOT NULL"),
            postgresql_where=sa.text("end_request_id IS NOT NULL"),
        )
        batch_op.drop_index("ix_loan_local_day")
        batch_op.drop_index("ix_loan_item_lent_at")
        batch_op.drop_index("ix_loan_ended_at")
        batch_op.drop_index("ix_loan_child_ended_at")

    op.drop_table("loan")
    op.drop_table("contact")
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_card_valid_staff",
            sqlite_where=sa.text("revoked_at IS NULL AND staff_id IS NOT NULL"),
            postgresql_where=sa.text("revoked_at IS NULL AND staff_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_card_valid_child",
            sqlite_where=sa.text("revoked_at IS NULL AND child_id IS NOT NULL"),
            postgresql_where=sa.text("revoked_at IS NULL AND child_id IS NOT NULL"),
        )

    op.drop_table("card")
    op.drop_table("throttle")
    op.drop_table("staff_session")
    op.drop_table("opening_rule")
    op.drop_table("line")
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_item_title_id"))

    op.drop_table("item")
    with op.batch_alter_table("child", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_child_badge_in_class",
            sqlite_where=sa.text("left_on IS NULL"),
            postgresql_where=sa.text("left_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_child_initials"))

    op.drop_table("child")
    with op.batch_alter_table("title", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_title_isbn"))

    op.drop_table("title")
    op.drop_table("sync_state")
    op.drop_table("sync_quarantine")
    op.drop_table("sync_control")
    op.drop_table("sync_change")
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_staff_name_here",
            sqlite_where=sa.text("left_on IS NULL"),
            postgresql_where=sa.text("left_on IS NULL"),
        )

    op.drop_table("staff")
    op.drop_table("school_class")
    op.drop_table("home")
    op.drop_table("audit")
