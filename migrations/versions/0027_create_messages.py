"""Templates, messages and their decisions; shards and recipients of what is being sent.

The first templates come with it, approved, so that a city can write at once; it may retire them for its own.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "message_templates",
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("titles", JSON, nullable=False),
        sa.Column("bodies", JSON, nullable=False),
        sa.Column("parameters", JSON, nullable=False),
        sa.Column("drafted_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("approved_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("drafted_at", MOMENT, nullable=False),
        sa.Column("approved_at", MOMENT, nullable=True),
        sa.Column("retired_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "status = 'retired' OR (status = 'approved') = (approved_at IS NOT NULL)",
            name=op.f("ck_message_templates_approved_at"),
        ),
        sa.CheckConstraint(
            "(status = 'retired') = (retired_at IS NOT NULL)", name=op.f("ck_message_templates_retired_at")
        ),
        sa.CheckConstraint(
            "purpose IN ('push_city', 'push_shops', 'push_disaster')",
            name=op.f("ck_message_templates_purpose"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'approved', 'retired')", name=op.f("ck_message_templates_status")
        ),
        sa.CheckConstraint(
            "approved_by_staff_id <> drafted_by_staff_id", name=op.f("ck_message_templates_second_person")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_message_templates_version")),
        sa.ForeignKeyConstraint(
            ["approved_by_staff_id"], ["staff.id"], name=op.f("fk_message_templates_approved_by_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["drafted_by_staff_id"], ["staff.id"], name=op.f("fk_message_templates_drafted_by_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["retired_by_staff_id"], ["staff.id"], name=op.f("fk_message_templates_retired_by_staff_id")
        ),
        sa.PrimaryKeyConstraint("slug", "version", name=op.f("pk_message_templates")),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("category", sa.String(length=24), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("template_slug", sa.String(length=40), nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("params", JSON, nullable=False),
        sa.Column("audience", JSON, nullable=False),
        sa.Column("link", sa.String(length=200), nullable=True),
        sa.Column("attachment_kind", sa.String(length=12), nullable=True),
        sa.Column("attachment", sa.String(length=64), nullable=True),
        sa.Column("send_at", MOMENT, nullable=False),
        sa.Column("send_until", MOMENT, nullable=False),
        sa.Column("spread_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("ttl_seconds", sa.Integer(), nullable=False),
        sa.Column("collapse_key", sa.String(length=64), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("drafted_by_staff_id", sa.Uuid(), nullable=False),
        sa.Column("approved_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("reviewed_by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("approved_at", MOMENT, nullable=True),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("is_stopped_by_city", sa.Boolean(), nullable=False),
        sa.Column("heard_before", sa.Integer(), nullable=False),
        sa.Column("recipient_count", sa.Integer(), nullable=False),
        sa.Column("left_unknown", sa.Integer(), nullable=False),
        sa.Column("health", JSON, nullable=True),
        sa.CheckConstraint(
            "(purpose = 'push_shops') = (shop_id IS NOT NULL)", name=op.f("ck_messages_shop_id")
        ),
        sa.CheckConstraint("(status = 'done') = (done_at IS NOT NULL)", name=op.f("ck_messages_done_at")),
        sa.CheckConstraint(
            "(status IN ('sending', 'stopped', 'done')) = (started_at IS NOT NULL)",
            name=op.f("ck_messages_started_at"),
        ),
        sa.CheckConstraint(
            "attachment_kind IN ('offer', 'campaign', 'reward_code')",
            name=op.f("ck_messages_attachment_kind"),
        ),
        sa.CheckConstraint(
            "purpose = 'push_disaster' OR approved_by_staff_id IS NULL OR approved_by_staff_id <> drafted_by_staff_id",
            name=op.f("ck_messages_second_person"),
        ),
        sa.CheckConstraint(
            "reviewed_by_staff_id IS NULL OR (purpose = 'push_disaster'"
            " AND reviewed_by_staff_id <> drafted_by_staff_id)",
            name=op.f("ck_messages_reviewed_by_another"),
        ),
        sa.CheckConstraint(
            "purpose IN ('push_city', 'push_shops', 'push_disaster')", name=op.f("ck_messages_purpose")
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'review', 'approved', 'scheduled', 'sending', 'stopped', 'done', 'cancelled')",
            name=op.f("ck_messages_status"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'review', 'cancelled') OR approved_at IS NOT NULL",
            name=op.f("ck_messages_approved_at"),
        ),
        sa.CheckConstraint(
            "(attachment_kind IS NULL) = (attachment IS NULL)", name=op.f("ck_messages_attachment")
        ),
        sa.CheckConstraint("send_until > send_at", name=op.f("ck_messages_send_until")),
        sa.CheckConstraint("spread_minutes BETWEEN 0 AND 720", name=op.f("ck_messages_spread_minutes")),
        sa.CheckConstraint("ttl_seconds BETWEEN 60 AND 2419200", name=op.f("ck_messages_ttl_seconds")),
        sa.ForeignKeyConstraint(
            ["approved_by_staff_id"], ["staff.id"], name=op.f("fk_messages_approved_by_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["drafted_by_staff_id"], ["staff.id"], name=op.f("fk_messages_drafted_by_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by_staff_id"], ["staff.id"], name=op.f("fk_messages_reviewed_by_staff_id")
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_messages_shop_id")),
        sa.ForeignKeyConstraint(
            ["template_slug", "template_version"],
            ["message_templates.slug", "message_templates.version"],
            name=op.f("fk_messages_template_slug_template_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index(
        "ix_messages_open",
        "messages",
        ["status", "send_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('scheduled', 'sending')"),
        sqlite_where=sa.text("status IN ('scheduled', 'sending')"),
    )
    op.create_index("ix_messages_shop_id_id", "messages", ["shop_id", "id"], unique=False)
    op.create_table(
        "message_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("from_status", sa.String(length=12), nullable=True),
        sa.Column("to_status", sa.String(length=12), nullable=False),
        sa.Column("by_staff_id", sa.Uuid(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.ForeignKeyConstraint(["by_staff_id"], ["staff.id"], name=op.f("fk_message_events_by_staff_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_message_events_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_events")),
    )
    op.create_index("ix_message_events_message_id_id", "message_events", ["message_id", "id"], unique=False)
    close_events()
    op.create_table(
        "message_quotas",
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("approved_count", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("approved_count >= 0", name=op.f("ck_message_quotas_approved_count")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_message_quotas_shop_id")),
        sa.PrimaryKeyConstraint("shop_id", "month_on", name=op.f("pk_message_quotas")),
    )
    op.create_table(
        "message_shards",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_position", sa.Integer(), nullable=False),
        sa.Column("last_position", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("lease", sa.Integer(), nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(status = 'leased') = (lease_until IS NOT NULL)", name=op.f("ck_message_shards_lease_until")
        ),
        sa.CheckConstraint("status IN ('waiting', 'leased', 'done')", name=op.f("ck_message_shards_status")),
        sa.CheckConstraint("last_position >= first_position", name=op.f("ck_message_shards_positions")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_message_shards_message_id")),
        sa.PrimaryKeyConstraint("message_id", "number", name=op.f("pk_message_shards")),
    )
    op.create_index(
        "ix_message_shards_open",
        "message_shards",
        ["not_before"],
        unique=False,
        postgresql_where=sa.text("status IN ('waiting', 'leased')"),
        sqlite_where=sa.text("status IN ('waiting', 'leased')"),
    )
    op.create_table(
        "message_recipients",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        sa.Column("not_before", MOMENT, nullable=True),
        sa.Column("failure", sa.String(length=40), nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'sending', 'accepted', 'inbox_only', 'dropped', 'retired', 'failed', 'unknown')",
            name=op.f("ck_message_recipients_status"),
        ),
        sa.PrimaryKeyConstraint("message_id", "position", name=op.f("pk_message_recipients")),
        postgresql_with={"fillfactor": 50},
    )
    op.create_index("ix_message_recipients_citizen_id", "message_recipients", ["citizen_id"], unique=False)
    op.bulk_insert(TEMPLATES, [template(*words) for words in FIRST_TEMPLATES])


def downgrade() -> None:
    op.drop_table("message_recipients")
    op.drop_table("message_shards")
    op.drop_table("message_quotas")
    op.drop_table("message_events")
    op.drop_table("messages")
    op.drop_table("message_templates")


def close_events() -> None:
    """History is append-only."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    refusal = (
        " FOR EACH ROW EXECUTE FUNCTION points_refuse_change()"
        if is_postgresql
        else " BEGIN SELECT RAISE(ABORT, 'message_events is append-only'); END"
    )
    for event in ("update", "delete"):
        op.execute(f"CREATE TRIGGER message_events_no_{event} BEFORE {event} ON message_events{refusal}")
    if is_postgresql:
        op.execute(
            "CREATE TRIGGER message_events_no_truncate BEFORE TRUNCATE ON message_events"
            " FOR EACH STATEMENT EXECUTE FUNCTION points_refuse_change()"
        )


def template(
    slug: str, purpose: str, parameters: dict[str, int], words: dict[str, tuple[str, str]]
) -> dict[str, object]:
    return {
        "slug": slug,
        "version": 1,
        "purpose": purpose,
        "status": "approved",
        "titles": {language: title for language, (title, _) in words.items()},
        "bodies": {language: body for language, (_, body) in words.items()},
        "parameters": [
            {"name": name, "characters_max": characters_max} for name, characters_max in parameters.items()
        ],
        "drafted_at": WRITTEN_AT,
        "approved_at": WRITTEN_AT,
    }


WRITTEN_AT = datetime(2026, 11, 28, tzinfo=UTC)
TEMPLATES = sa.table(
    "message_templates",
    sa.column("slug", sa.String()),
    sa.column("version", sa.Integer()),
    sa.column("purpose", sa.String()),
    sa.column("status", sa.String()),
    sa.column("titles", JSON),
    sa.column("bodies", JSON),
    sa.column("parameters", JSON),
    sa.column("drafted_at", MOMENT),
    sa.column("approved_at", MOMENT),
)
# Slug, purpose, parameters with the most characters each may have, title and body by language.
FIRST_TEMPLATES: list[tuple[str, str, dict[str, int], dict[str, tuple[str, str]]]] = [
    (
        "notice",
        "push_city",
        {"heading": 40, "text": 160},
        {
            "ja": ("{heading}", "{text}"),
            "ja@easy": ("{heading}", "{text}"),
            "en": ("{heading}", "{text}"),
        },
    ),
    (
        "event",
        "push_city",
        {"event": 24, "when": 24, "place": 24, "text": 60},
        {
            "ja": ("催し：{event}", "{when}、{place}で。{text}"),
            "ja@easy": ("イベント：{event}", "{when}、{place}で あります。{text}"),
            "en": ("Event: {event}", "{when}, at {place}. {text}"),
        },
    ),
    (
        "campaign",
        "push_city",
        {"campaign": 30, "period": 30, "text": 80},
        {
            "ja": ("{campaign}", "期間：{period}。{text}"),
            "ja@easy": ("{campaign}", "いつ：{period}。{text}"),
            "en": ("{campaign}", "When: {period}. {text}"),
        },
    ),
    (
        "shop-offer",
        "push_shops",
        {"offer": 18, "until": 16, "text": 80},
        {
            "ja": ("{sender}：{offer}", "{text}（{until}まで）"),
            "ja@easy": ("{sender}：{offer}", "{text}（{until}まで）"),
            "en": ("{sender}: {offer}", "{text} (until {until})"),
        },
    ),
    (
        "shop-event",
        "push_shops",
        {"event": 18, "when": 24, "text": 80},
        {
            "ja": ("{sender}：{event}", "{when}。{text}"),
            "ja@easy": ("{sender}：{event}", "{when}。{text}"),
            "en": ("{sender}: {event}", "{when}. {text}"),
        },
    ),
    (
        "disaster-tsunami",
        "push_disaster",
        {"area": 20, "shelter": 40},
        {
            "ja": (
                "【津波】すぐ高い所へ逃げて",
                "{area}の方は、いますぐ高い所へ逃げてください。避難先：{shelter}。海や川に近づかないでください。",
            ),
            "ja@easy": (
                "【津波(つなみ)】すぐ 高(たか)い ところへ",
                "{area}の 人(ひと)は、すぐ 高(たか)い ところへ にげてください。にげる ところ：{shelter}。"
                "海(うみ)や 川(かわ)に 行(い)かないで ください。",
            ),
            "en": (
                "TSUNAMI: go to high ground now",
                "{area}: go to high ground now. Shelter: {shelter}. Stay away from the sea and rivers.",
            ),
        },
    ),
    (
        "disaster-earthquake",
        "push_disaster",
        {"area": 20, "shelter": 40},
        {
            "ja": (
                "【地震】身を守ってください",
                "{area}で強い揺れがありました。火を消し、落ちる物から離れてください。避難所：{shelter}。余震に注意してください。",
            ),
            "ja@easy": (
                "【地震(じしん)】体(からだ)を まもって ください",
                "{area}で つよい 地震(じしん)が ありました。火(ひ)を けしてください。にげる ところ：{shelter}。"
                "また ゆれる かもしれません。",
            ),
            "en": (
                "EARTHQUAKE: protect yourself",
                "Strong shaking in {area}. Put out fires and keep clear of falling things. Shelter: {shelter}."
                " Expect aftershocks.",
            ),
        },
    ),
    (
        "disaster-shelter",
        "push_disaster",
        {"area": 20, "shelter": 50, "text": 30},
        {
            "ja": ("【避難所】開きました", "{area}の避難所：{shelter}。{text}"),
            "ja@easy": (
                "【避難所(ひなんじょ)】あきました",
                "{area}の にげる ところ：{shelter}。{text}",
            ),
            "en": ("SHELTER open", "Shelter for {area}: {shelter}. {text}"),
        },
    ),
    (
        "disaster-snowstorm",
        "push_disaster",
        {"area": 20, "when": 24, "contact": 30},
        {
            "ja": (
                "【暴風雪】外に出ないで",
                "{when}、{area}は暴風雪のおそれがあります。車でも外に出ないでください。困ったときは：{contact}",
            ),
            "ja@easy": (
                "【ふぶき】外(そと)に 出(で)ないで",
                "{when}、{area}は つよい 風(かぜ)と 雪(ゆき)です。車(くるま)でも 外(そと)に 出(で)ないで ください。"
                "こまった とき：{contact}",
            ),
            "en": (
                "SNOWSTORM: stay inside",
                "{when}: a snowstorm is expected in {area}. Do not go out, not even by car. Help: {contact}",
            ),
        },
    ),
    (
        "disaster-water",
        "push_disaster",
        {"area": 20, "place": 40, "until": 20},
        {
            "ja": (
                "【断水】給水所のお知らせ",
                "{area}で断水しています。給水所：{place}。復旧の見込み：{until}",
            ),
            "ja@easy": (
                "【断水(だんすい)】水(みず)が 出(で)ません",
                "{area}で 水(みず)が 出(で)ません。水(みず)を もらえる ところ：{place}。いつまで：{until}",
            ),
            "en": (
                "WATER outage",
                "No water in {area}. Water is handed out at: {place}. Expected to last until: {until}",
            ),
        },
    ),
    (
        "disaster-over",
        "push_disaster",
        {"what": 24, "text": 60},
        {
            "ja": ("【解除】{what}", "{what}は解除されました。{text}"),
            "ja@easy": ("【もう だいじょうぶ】{what}", "{what}は おわりました。{text}"),
            "en": ("OVER: {what}", "No longer in force: {what}. {text}"),
        },
    ),
]
