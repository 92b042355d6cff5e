"""People by the command line: staff who have forgotten the PIN, a child to be erased."""

from uuid import UUID

import click

from kiosk.cli.common import at_the_kiosk, plainly


@click.group()
def staff() -> None:
    """Add staff, or give a new PIN.

    Example: kiosk staff add 李老师 --role duty_teacher
    """


@staff.command("add")
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(["volunteer", "duty_teacher", "librarian", "administrator"]),
    default="duty_teacher",
    show_default=True,
)
@plainly
def staff_add(name: str, role: str) -> None:
    """Add a person with a card and a one-time PIN.

    Example: kiosk staff add 李老师 --role duty_teacher
    """
    from kiosk.rules.staff import Role
    from kiosk.services import staff as people

    with at_the_kiosk() as here:
        added = people.add(display_name=name, role=Role(role), here=here, actor_id=None)
    click.echo(f"Staff card: {added.card_code}\nOne-time PIN: {added.one_time_pin}")


@staff.command("pin")
@click.argument("name")
@plainly
def staff_pin(name: str) -> None:
    """Give a person a new one-time PIN and a new card; the old card ends.

    Example: kiosk staff pin 李老师
    """
    from kiosk.services import staff as people

    with at_the_kiosk() as here:
        fresh = people.reset_pin(display_name=name, here=here)
    click.echo(f"Staff card: {fresh.card_code}\nOne-time PIN: {fresh.one_time_pin}")


@click.command("erase-child")
@click.argument("child_id", type=click.UUID)
@click.option("--yes", is_flag=True, help="Do it; without this nothing is changed.")
@plainly
def erase_child(child_id: UUID, *, yes: bool) -> None:
    """Erase who a child is, for good; visits, loans and calls are still counted.

    CHILD_ID is the end of the address of the child's page. It says first what it reaches. Run again
    with --yes, it asks for the child's given name, so that no other child is erased.

    Example: kiosk erase-child 0193a1b2-0000-7000-8000-000000000000 --yes
    """
    from kiosk.services import erasure

    with at_the_kiosk() as here:
        reached = erasure.preview(child_id)
        who = "The child" if yes else reached.name
        click.echo(
            f"{who}: {reached.visits} visits, {reached.loans} loans, {reached.calls} calls,"
            f" {reached.contacts} contacts, and the frozen ledgers."
        )
        if not yes:
            click.echo("Nothing was changed. Run again with --yes to erase the child for good.")
            return
        if click.prompt("Given name of the child", type=str).strip() != reached.given_name:
            raise click.ClickException("This is another name. Nothing was changed.")
        erasure.erase(child_id, actor_id=None, here=here)
    click.echo("Erased. Backups have it for three months at the longest.")
