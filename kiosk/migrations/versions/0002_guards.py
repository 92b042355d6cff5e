"""What the tables cannot say by themselves, as triggers and, on PostgreSQL, an exclusion.

The audit is only added to, and no number of a change is given up. Places of one line never overlap. Each change that may leave the room
is noted for the school record.

Revision: 0002
After: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE = (
    """CREATE TRIGGER audit_update BEFORE UPDATE ON audit
BEGIN
  SELECT RAISE(ABORT, 'the audit is only added to');
END""",
    """CREATE TRIGGER audit_delete BEFORE DELETE ON audit
BEGIN
  SELECT RAISE(ABORT, 'the audit is only added to');
END""",
    """CREATE TRIGGER change_is_kept BEFORE DELETE ON sync_change
BEGIN
  SELECT RAISE(ABORT, 'the number of a change is not given up');
END""",
    """CREATE TRIGGER slot_overlap_insert BEFORE INSERT ON slot
WHEN NEW.status = 'open' AND EXISTS (
  SELECT 1 FROM slot WHERE line_id = NEW.line_id AND on_date = NEW.on_date AND id <> NEW.id
    AND status = 'open' AND start_min < NEW.end_min AND NEW.start_min < end_min
)
BEGIN
  SELECT RAISE(ABORT, 'places of one line overlap');
END""",
    """CREATE TRIGGER slot_overlap_update BEFORE UPDATE ON slot
WHEN NEW.status = 'open' AND EXISTS (
  SELECT 1 FROM slot WHERE line_id = NEW.line_id AND on_date = NEW.on_date AND id <> NEW.id
    AND status = 'open' AND start_min < NEW.end_min AND NEW.start_min < end_min
)
BEGIN
  SELECT RAISE(ABORT, 'places of one line overlap');
END""",
    "INSERT INTO sync_control (k, muted) VALUES (1, false)",
    """CREATE TRIGGER sync_school_class_insert AFTER INSERT ON school_class
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'school_class', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_school_class_update AFTER UPDATE OF grade ON school_class
WHEN (SELECT muted FROM sync_control) IS NOT true AND (OLD.grade IS NOT NEW.grade)
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'school_class', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_school_class_delete AFTER DELETE ON school_class
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'school_class', OLD.id, 'D')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_child_insert AFTER INSERT ON child
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'child', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_child_update AFTER UPDATE OF class_id, enrolled_on, left_on ON child
WHEN (SELECT muted FROM sync_control) IS NOT true AND (OLD.class_id IS NOT NEW.class_id OR OLD.enrolled_on IS NOT NEW.enrolled_on OR OLD.left_on IS NOT NEW.left_on)
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'child', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_child_delete AFTER DELETE ON child
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'child', OLD.id, 'D')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_item_insert AFTER INSERT ON item
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'item', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_item_update AFTER UPDATE OF title_id, status, added_on ON item
WHEN (SELECT muted FROM sync_control) IS NOT true AND (OLD.title_id IS NOT NEW.title_id OR OLD.status IS NOT NEW.status OR OLD.added_on IS NOT NEW.added_on)
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'item', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_item_delete AFTER DELETE ON item
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'item', OLD.id, 'D')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_line_insert AFTER INSERT ON line
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'line', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_line_update AFTER UPDATE OF home_id, kind, is_in_use ON line
WHEN (SELECT muted FROM sync_control) IS NOT true AND (OLD.home_id IS NOT NEW.home_id OR OLD.kind IS NOT NEW.kind OR OLD.is_in_use IS NOT NEW.is_in_use)
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'line', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_line_delete AFTER DELETE ON line
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'line', OLD.id, 'D')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_opening_insert AFTER INSERT ON opening
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'opening', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_opening_update AFTER UPDATE OF home_id, on_date, from_min, to_min, origin, state, opened_at, closed_at, is_tidy ON opening
WHEN (SELECT muted FROM sync_control) IS NOT true AND (OLD.home_id IS NOT NEW.home_id OR OLD.on_date IS NOT NEW.on_date OR OLD.from_min IS NOT NEW.from_min OR OLD.to_min IS NOT NEW.to_min OR OLD.origin IS NOT NEW.origin OR OLD.state IS NOT NEW.state OR OLD.opened_at IS NOT NEW.opened_at OR OLD.closed_at IS NOT NEW.closed_at OR OLD.is_tidy IS NOT NEW.is_tidy)
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'opening', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_opening_delete AFTER DELETE ON opening
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'opening', OLD.id, 'D')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_duty_insert AFTER INSERT ON duty
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'duty', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_duty_update AFTER UPDATE OF opening_id, signed_on_at, signed_off_at ON duty
WHEN (SELECT muted FROM sync_control) IS NOT true AND (OLD.opening_id IS NOT NEW.opening_id OR OLD.signed_on_at IS NOT NEW.signed_on_at OR OLD.signed_off_at IS NOT NEW.signed_off_at)
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'duty', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_duty_delete AFTER DELETE ON duty
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'duty', OLD.id, 'D')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_safety_check_insert AFTER INSERT ON safety_check
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'safety_check', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_safety_check_update AFTER UPDATE OF opening_id, hazard, is_fine, checked_at ON safety_check
WHEN (SELECT muted FROM sync_control) IS NOT true AND (OLD.opening_id IS NOT NEW.opening_id OR OLD.hazard IS NOT NEW.hazard OR OLD.is_fine IS NOT NEW.is_fine OR OLD.checked_at IS NOT NEW.checked_at)
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'safety_check', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_safety_check_delete AFTER DELETE ON safety_check
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'safety_check', OLD.id, 'D')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_visit_insert AFTER INSERT ON visit
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'visit', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_visit_update AFTER UPDATE OF home_id, child_id, local_day, signed_in_at, signed_out_at, state ON visit
WHEN (SELECT muted FROM sync_control) IS NOT true AND (OLD.home_id IS NOT NEW.home_id OR OLD.child_id IS NOT NEW.child_id OR OLD.local_day IS NOT NEW.local_day OR OLD.signed_in_at IS NOT NEW.signed_in_at OR OLD.signed_out_at IS NOT NEW.signed_out_at OR OLD.state IS NOT NEW.state)
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'visit', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_visit_delete AFTER DELETE ON visit
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'visit', OLD.id, 'D')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_loan_insert AFTER INSERT ON loan
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'loan', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_loan_update AFTER UPDATE OF item_id, child_id, local_day, lent_at, due_on, renewals, renewed_at, ended_at, ended_as ON loan
WHEN (SELECT muted FROM sync_control) IS NOT true AND (OLD.item_id IS NOT NEW.item_id OR OLD.child_id IS NOT NEW.child_id OR OLD.local_day IS NOT NEW.local_day OR OLD.lent_at IS NOT NEW.lent_at OR OLD.due_on IS NOT NEW.due_on OR OLD.renewals IS NOT NEW.renewals OR OLD.renewed_at IS NOT NEW.renewed_at OR OLD.ended_at IS NOT NEW.ended_at OR OLD.ended_as IS NOT NEW.ended_as)
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'loan', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_loan_delete AFTER DELETE ON loan
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'loan', OLD.id, 'D')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_slot_insert AFTER INSERT ON slot
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'slot', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_slot_update AFTER UPDATE OF opening_id, line_id, on_date, start_min, end_min, status ON slot
WHEN (SELECT muted FROM sync_control) IS NOT true AND (OLD.opening_id IS NOT NEW.opening_id OR OLD.line_id IS NOT NEW.line_id OR OLD.on_date IS NOT NEW.on_date OR OLD.start_min IS NOT NEW.start_min OR OLD.end_min IS NOT NEW.end_min OR OLD.status IS NOT NEW.status)
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'slot', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_slot_delete AFTER DELETE ON slot
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'slot', OLD.id, 'D')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_booking_insert AFTER INSERT ON booking
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'booking', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_booking_update AFTER UPDATE OF slot_id, child_id, on_date, week_key, start_min, state, state_since, started_at, ended_at, booked_at ON booking
WHEN (SELECT muted FROM sync_control) IS NOT true AND (OLD.slot_id IS NOT NEW.slot_id OR OLD.child_id IS NOT NEW.child_id OR OLD.on_date IS NOT NEW.on_date OR OLD.week_key IS NOT NEW.week_key OR OLD.start_min IS NOT NEW.start_min OR OLD.state IS NOT NEW.state OR OLD.state_since IS NOT NEW.state_since OR OLD.started_at IS NOT NEW.started_at OR OLD.ended_at IS NOT NEW.ended_at OR OLD.booked_at IS NOT NEW.booked_at)
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'booking', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_booking_delete AFTER DELETE ON booking
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'booking', OLD.id, 'D')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_call_attempt_insert AFTER INSERT ON call_attempt
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'call_attempt', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_call_attempt_update AFTER UPDATE OF booking_id, line_id, started_at, ended_at, result ON call_attempt
WHEN (SELECT muted FROM sync_control) IS NOT true AND (OLD.booking_id IS NOT NEW.booking_id OR OLD.line_id IS NOT NEW.line_id OR OLD.started_at IS NOT NEW.started_at OR OLD.ended_at IS NOT NEW.ended_at OR OLD.result IS NOT NEW.result)
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'call_attempt', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_call_attempt_delete AFTER DELETE ON call_attempt
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'call_attempt', OLD.id, 'D')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
)

POSTGRESQL = (
    """CREATE FUNCTION audit_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit is only added to';
END
$$""",
    """CREATE TRIGGER audit_final BEFORE UPDATE OR DELETE ON audit
FOR EACH ROW EXECUTE FUNCTION audit_is_final()""",
    """CREATE FUNCTION refuse_to_give_up_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the number of a change is not given up';
END
$$""",
    """CREATE TRIGGER change_is_kept BEFORE DELETE ON sync_change
FOR EACH ROW EXECUTE FUNCTION refuse_to_give_up_change()""",
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    """ALTER TABLE slot ADD CONSTRAINT ex_slot_line_overlap EXCLUDE USING gist (
  line_id WITH =, on_date WITH =, int4range(start_min, end_min) WITH &&
) WHERE (status = 'open')""",
    "INSERT INTO sync_control (k, muted) VALUES (1, false)",
    """CREATE FUNCTION sync_note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  key uuid;
  number bigint;
BEGIN
  IF (SELECT muted FROM sync_control) THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'DELETE' THEN
    key := OLD.id;
  ELSE
    key := NEW.id;
  END IF;
  PERFORM 1 FROM sync_control FOR UPDATE;
  SELECT coalesce(max(seq), 0) + 1 FROM sync_change INTO number;
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES (number, TG_TABLE_NAME, replace(key::text, '-', ''),
    CASE WHEN TG_OP = 'DELETE' THEN 'D' ELSE 'U' END)
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
  RETURN NULL;
END
$$""",
    """CREATE TRIGGER sync_school_class_insert AFTER INSERT ON school_class
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_school_class_update AFTER UPDATE OF grade ON school_class
FOR EACH ROW WHEN ((OLD.grade) IS DISTINCT FROM (NEW.grade))
EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_school_class_delete AFTER DELETE ON school_class
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_child_insert AFTER INSERT ON child
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_child_update AFTER UPDATE OF class_id, enrolled_on, left_on ON child
FOR EACH ROW WHEN ((OLD.class_id, OLD.enrolled_on, OLD.left_on) IS DISTINCT FROM (NEW.class_id, NEW.enrolled_on, NEW.left_on))
EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_child_delete AFTER DELETE ON child
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_item_insert AFTER INSERT ON item
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_item_update AFTER UPDATE OF title_id, status, added_on ON item
FOR EACH ROW WHEN ((OLD.title_id, OLD.status, OLD.added_on) IS DISTINCT FROM (NEW.title_id, NEW.status, NEW.added_on))
EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_item_delete AFTER DELETE ON item
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_line_insert AFTER INSERT ON line
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_line_update AFTER UPDATE OF home_id, kind, is_in_use ON line
FOR EACH ROW WHEN ((OLD.home_id, OLD.kind, OLD.is_in_use) IS DISTINCT FROM (NEW.home_id, NEW.kind, NEW.is_in_use))
EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_line_delete AFTER DELETE ON line
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_opening_insert AFTER INSERT ON opening
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_opening_update AFTER UPDATE OF home_id, on_date, from_min, to_min, origin, state, opened_at, closed_at, is_tidy ON opening
FOR EACH ROW WHEN ((OLD.home_id, OLD.on_date, OLD.from_min, OLD.to_min, OLD.origin, OLD.state, OLD.opened_at, OLD.closed_at, OLD.is_tidy) IS DISTINCT FROM (NEW.home_id, NEW.on_date, NEW.from_min, NEW.to_min, NEW.origin, NEW.state, NEW.opened_at, NEW.closed_at, NEW.is_tidy))
EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_opening_delete AFTER DELETE ON opening
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_duty_insert AFTER INSERT ON duty
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_duty_update AFTER UPDATE OF opening_id, signed_on_at, signed_off_at ON duty
FOR EACH ROW WHEN ((OLD.opening_id, OLD.signed_on_at, OLD.signed_off_at) IS DISTINCT FROM (NEW.opening_id, NEW.signed_on_at, NEW.signed_off_at))
EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_duty_delete AFTER DELETE ON duty
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_safety_check_insert AFTER INSERT ON safety_check
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_safety_check_update AFTER UPDATE OF opening_id, hazard, is_fine, checked_at ON safety_check
FOR EACH ROW WHEN ((OLD.opening_id, OLD.hazard, OLD.is_fine, OLD.checked_at) IS DISTINCT FROM (NEW.opening_id, NEW.hazard, NEW.is_fine, NEW.checked_at))
EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_safety_check_delete AFTER DELETE ON safety_check
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_visit_insert AFTER INSERT ON visit
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_visit_update AFTER UPDATE OF home_id, child_id, local_day, signed_in_at, signed_out_at, state ON visit
FOR EACH ROW WHEN ((OLD.home_id, OLD.child_id, OLD.local_day, OLD.signed_in_at, OLD.signed_out_at, OLD.state) IS DISTINCT FROM (NEW.home_id, NEW.child_id, NEW.local_day, NEW.signed_in_at, NEW.signed_out_at, NEW.state))
EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_visit_delete AFTER DELETE ON visit
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_loan_insert AFTER INSERT ON loan
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_loan_update AFTER UPDATE OF item_id, child_id, local_day, lent_at, due_on, renewals, renewed_at, ended_at, ended_as ON loan
FOR EACH ROW WHEN ((OLD.item_id, OLD.child_id, OLD.local_day, OLD.lent_at, OLD.due_on, OLD.renewals, OLD.renewed_at, OLD.ended_at, OLD.ended_as) IS DISTINCT FROM (NEW.item_id, NEW.child_id, NEW.local_day, NEW.lent_at, NEW.due_on, NEW.renewals, NEW.renewed_at, NEW.ended_at, NEW.ended_as))
EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_loan_delete AFTER DELETE ON loan
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_slot_insert AFTER INSERT ON slot
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_slot_update AFTER UPDATE OF opening_id, line_id, on_date, start_min, end_min, status ON slot
FOR EACH ROW WHEN ((OLD.opening_id, OLD.line_id, OLD.on_date, OLD.start_min, OLD.end_min, OLD.status) IS DISTINCT FROM (NEW.opening_id, NEW.line_id, NEW.on_date, NEW.start_min, NEW.end_min, NEW.status))
EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_slot_delete AFTER DELETE ON slot
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_booking_insert AFTER INSERT ON booking
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_booking_update AFTER UPDATE OF slot_id, child_id, on_date, week_key, start_min, state, state_since, started_at, ended_at, booked_at ON booking
FOR EACH ROW WHEN ((OLD.slot_id, OLD.child_id, OLD.on_date, OLD.week_key, OLD.start_min, OLD.state, OLD.state_since, OLD.started_at, OLD.ended_at, OLD.booked_at) IS DISTINCT FROM (NEW.slot_id, NEW.child_id, NEW.on_date, NEW.week_key, NEW.start_min, NEW.state, NEW.state_since, NEW.started_at, NEW.ended_at, NEW.booked_at))
EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_booking_delete AFTER DELETE ON booking
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_call_attempt_insert AFTER INSERT ON call_attempt
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_call_attempt_update AFTER UPDATE OF booking_id, line_id, started_at, ended_at, result ON call_attempt
FOR EACH ROW WHEN ((OLD.booking_id, OLD.line_id, OLD.started_at, OLD.ended_at, OLD.result) IS DISTINCT FROM (NEW.booking_id, NEW.line_id, NEW.started_at, NEW.ended_at, NEW.result))
EXECUTE FUNCTION sync_note()""",
    """CREATE TRIGGER sync_call_attempt_delete AFTER DELETE ON call_attempt
FOR EACH ROW EXECUTE FUNCTION sync_note()""",
)

DROP_SQLITE = (
    "DROP TRIGGER audit_update",
    "DROP TRIGGER audit_delete",
    "DROP TRIGGER change_is_kept",
    "DROP TRIGGER slot_overlap_insert",
    "DROP TRIGGER slot_overlap_update",
    "DROP TRIGGER sync_school_class_insert",
    "DROP TRIGGER sync_school_class_update",
    "DROP TRIGGER sync_school_class_delete",
    "DROP TRIGGER sync_child_insert",
    "DROP TRIGGER sync_child_update",
    "DROP TRIGGER sync_child_delete",
    "DROP TRIGGER sync_item_insert",
    "DROP TRIGGER sync_item_update",
    "DROP TRIGGER sync_item_delete",
    "DROP TRIGGER sync_line_insert",
    "DROP TRIGGER sync_line_update",
    "DROP TRIGGER sync_line_delete",
    "DROP TRIGGER sync_opening_insert",
    "DROP TRIGGER sync_opening_update",
    "DROP TRIGGER sync_opening_delete",
    "DROP TRIGGER sync_duty_insert",
    "DROP TRIGGER sync_duty_update",
    "DROP TRIGGER sync_duty_delete",
    "DROP TRIGGER sync_safety_check_insert",
    "DROP TRIGGER sync_safety_check_update",
    "DROP TRIGGER sync_safety_check_delete",
    "DROP TRIGGER sync_visit_insert",
    "DROP TRIGGER sync_visit_update",
    "DROP TRIGGER sync_visit_delete",
    "DROP TRIGGER sync_loan_insert",
    "DROP TRIGGER sync_loan_update",
    "DROP TRIGGER sync_loan_delete",
    "DROP TRIGGER sync_slot_insert",
    "DROP TRIGGER sync_slot_update",
    "DROP TRIGGER sync_slot_delete",
    "DROP TRIGGER sync_booking_insert",
    "DROP TRIGGER sync_booking_update",
    "DROP TRIGGER sync_booking_delete",
    "DROP TRIGGER sync_call_attempt_insert",
    "DROP TRIGGER sync_call_attempt_update",
    "DROP TRIGGER sync_call_attempt_delete",
    "DELETE FROM sync_control",
)

DROP_POSTGRESQL = (
    "DROP TRIGGER audit_final ON audit",
    "DROP FUNCTION audit_is_final()",
    "DROP TRIGGER change_is_kept ON sync_change",
    "DROP FUNCTION refuse_to_give_up_change()",
    "ALTER TABLE slot DROP CONSTRAINT ex_slot_line_overlap",
    "DROP TRIGGER sync_school_class_insert ON school_class",
    "DROP TRIGGER sync_school_class_update ON school_class",
    "DROP TRIGGER sync_school_class_delete ON school_class",
    "DROP TRIGGER sync_child_insert ON child",
    "DROP TRIGGER sync_child_update ON child",
    "DROP TRIGGER sync_child_delete ON child",
    "DROP TRIGGER sync_item_insert ON item",
    "DROP TRIGGER sync_item_update ON item",
    "DROP TRIGGER sync_item_delete ON item",
    "DROP TRIGGER sync_line_insert ON line",
    "DROP TRIGGER sync_line_update ON line",
    "DROP TRIGGER sync_line_delete ON line",
    "DROP TRIGGER sync_opening_insert ON opening",
    "DROP TRIGGER sync_opening_update ON opening",
    "DROP TRIGGER sync_opening_delete ON opening",
    "DROP TRIGGER sync_duty_insert ON duty",
    "DROP TRIGGER sync_duty_update ON duty",
    "DROP TRIGGER sync_duty_delete ON duty",
    "DROP TRIGGER sync_safety_check_insert ON safety_check",
    "DROP TRIGGER sync_safety_check_update ON safety_check",
    "DROP TRIGGER sync_safety_check_delete ON safety_check",
    "DROP TRIGGER sync_visit_insert ON visit",
    "DROP TRIGGER sync_visit_update ON visit",
    "DROP TRIGGER sync_visit_delete ON visit",
    "DROP TRIGGER sync_loan_insert ON loan",
    "DROP TRIGGER sync_loan_update ON loan",
    "DROP TRIGGER sync_loan_delete ON loan",
    "DROP TRIGGER sync_slot_insert ON slot",
    "DROP TRIGGER sync_slot_update ON slot",
    "DROP TRIGGER sync_slot_delete ON slot",
    "DROP TRIGGER sync_booking_insert ON booking",
    "DROP TRIGGER sync_booking_update ON booking",
    "DROP TRIGGER sync_booking_delete ON booking",
    "DROP TRIGGER sync_call_attempt_insert ON call_attempt",
    "DROP TRIGGER sync_call_attempt_update ON call_attempt",
    "DROP TRIGGER sync_call_attempt_delete ON call_attempt",
    "DROP FUNCTION sync_note()",
    "DELETE FROM sync_control",
)


def _statements(sqlite, postgresql):
    return sqlite if op.get_bind().dialect.name == "sqlite" else postgresql


def upgrade():
    for statement in _statements(SQLITE, POSTGRESQL):
        op.execute(statement)


def downgrade():
    for statement in _statements(DROP_SQLITE, DROP_POSTGRESQL):
        op.execute(statement)
