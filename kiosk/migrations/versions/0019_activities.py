"""Activities of the home, and who looks after whom.

Revision: 0019
After: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ACTIVITIES = ("reading", "craft", "sport", "festival", "safety", "health", "movie", "other")
HELPERS = ("teacher", "volunteer", "mother", "cadre")


def kind(values):
    return sa.Column(
        "kind",
        sa.Enum(*values, name="kind", native_enum=False, create_constraint=True, length=24),
        nullable=False,
    )


def upgrade():
    op.create_table(
        "activity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("from_min", sa.Integer(), nullable=False),
        sa.Column("to_min", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        kind(ACTIVITIES),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("organiser", sa.String(length=40), nullable=False),
        sa.Column("course", sa.String(length=400), nullable=True),
        sa.Column("photos", sa.String(length=80), nullable=True),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("noted_at", sa.DateTime(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "0 <= from_min AND from_min < to_min AND to_min <= 1440",
            name=op.f("ck_activity_span"),
        ),
        sa.CheckConstraint("length(title) > 0", name=op.f("ck_activity_title_not_empty")),
        sa.CheckConstraint("length(organiser) > 0", name=op.f("ck_activity_organiser_not_empty")),
        sa.CheckConstraint("length(place) > 0", name=op.f("ck_activity_place_not_empty")),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_activity_home_id_home")),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["staff.id"], name=op.f("fk_activity_noted_by_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint("request_id", name=op.f("uq_activity_request_id")),
    )
    op.create_index("ix_activity_home_date", "activity", ["home_id", "on_date"])
    op.create_table(
        "pairing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("helper", sa.String(length=40), nullable=False),
        sa.Column("post", sa.String(length=40), nullable=True),
        kind(HELPERS),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("length(helper) > 0", name=op.f("ck_pairing_helper_not_empty")),
        sa.CheckConstraint("length(post) > 0", name=op.f("ck_pairing_post_not_empty")),
        sa.CheckConstraint("until >= since", name=op.f("ck_pairing_ends_after_beginning")),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_pairing_child_id_child")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing")),
    )
    op.create_index(
        "uq_pairing_live",
        "pairing",
        ["child_id", "helper"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "pairing_contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["staff.id"], name=op.f("fk_pairing_contact_noted_by_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["pairing_id"], ["pairing.id"], name=op.f("fk_pairing_contact_pairing_id_pairing")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing_contact")),
        sa.UniqueConstraint(
            "pairing_id", "on_date", name=op.f("uq_pairing_contact_pairing_id_on_date")
        ),
    )


def downgrade():
    op.drop_table("pairing_contact")
    op.drop_table("pairing")
    op.drop_table("activity")
