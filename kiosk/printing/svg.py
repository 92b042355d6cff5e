"""Marks drawn as SVG, in millimetres."""

from collections.abc import Callable, Iterable
from html import escape

from kiosk.printing import paper, qr
from kiosk.printing.marks import Line, Mark, Panel, Picture, Square, Words


def drawn(marks: Iterable[Mark], href: Callable[[str], str]) -> str:
    """Return the marks; `href` gives the address of a drawing."""
    return "".join(_drawn(mark, href) for mark in marks)


def _drawn(mark: Mark, href: Callable[[str], str]) -> str:
    match mark:
        case Panel():
            return (
                f'<rect x="{mark.x:g}" y="{mark.y:g}" width="{mark.width:g}"'
                f' height="{mark.height:g}" rx="{mark.corner:g}" fill="{mark.fill}"/>'
            )
        case Picture():
            disc = ' clip-path="circle(50%)"' if mark.is_round else ""
            return (
                f'<image href="{escape(href(mark.name))}" x="{mark.x:g}" y="{mark.y:g}"'
                f' width="{mark.size:g}" height="{mark.size:g}"{disc}/>'
            )
        case Words():
            return paper.words(
                mark.text,
                mark.x,
                mark.y,
                size=mark.size,
                widest=mark.widest,
                is_bold=mark.is_bold,
                fill=mark.fill,
            )
        case Line():
            return (
                f'<path d="M{mark.x:g} {mark.y:g}h{mark.width:g}" fill="none" stroke="#777"'
                ' stroke-width="0.25" stroke-linecap="round" stroke-dasharray="0.01 1"/>'
            )
        case Square():
            return qr.path(mark.code, x=mark.x, y=mark.y, size=mark.size)
