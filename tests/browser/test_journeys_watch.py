"""What the journeys' own watchman would catch: requests that leave, a broken policy, an error."""

import pytest
from playwright.sync_api import Browser

from tests.browser.process import Kiosk
from tests.browser.screen import Screen


@pytest.mark.parametrize(
    ("wrong", "caught"),
    [
        ("fetch('http://192.0.2.1/').catch(() => {})", "policy: connect-src"),
        (
            "document.body.append(Object.assign(new Image(), {src: 'http://192.0.2.1/x.png'}))",
            "policy: img-src",
        ),
        (
            "document.body.setAttribute('style', 'color: red'); document.body.outerHTML",
            "policy: style",
        ),
        ("console.error('lost')", "console: lost"),
        ("setTimeout(() => { throw new Error('broken'); })", "script: broken"),
    ],
    ids=["request", "picture", "style", "console", "script"],
)
def test_the_watchman_sees(chromium: Browser, kiosk: Kiosk, wrong: str, caught: str) -> None:
    context = chromium.new_context()
    screen = Screen(context=context, url=kiosk.url)
    screen.open()

    screen.page.evaluate(f"() => {{ {wrong} }}")
    screen.page.evaluate("() => new Promise(done => setTimeout(done, 50))")

    with pytest.raises(AssertionError, match=caught):
        screen.check()
    context.close()
