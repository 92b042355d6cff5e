"""Staff by the command line, for a room whose last administrator has forgotten the PIN."""

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
