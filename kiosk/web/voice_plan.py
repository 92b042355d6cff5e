"""What speak.js is told once: whether anything is heard, how loud, and where each sound is."""

from functools import cache
from typing import Any, Final

from kiosk.files.prompts import prompts
from kiosk.rules.devices import VoiceSource
from kiosk.services import voices
from kiosk.web import context
from kiosk.web.assets import STATIC, static_url
from kiosk.web.heard import Sound

_MACHINE: Final = "voice/zh/{}.ogg"


def is_spoken() -> bool:
    """Say whether this room's screen speaks at all."""
    device = context.device()
    return device.is_sound_on and device.voice is not VoiceSource.NOBODY


def plan() -> dict[str, Any]:
    """Return the settings of the sound and, where it is on, every address."""
    device = context.device()
    if not device.is_sound_on:
        return {"isOn": False}
    recorded = voices.recorded(context.settings())
    return {
        "isOn": True,
        "voice": device.voice,
        "volume": device.volume,
        "sounds": {sound: sound_url(sound) for sound in Sound},
        "prompts": {
            key: {
                "zh": prompt.zh,
                "recorded": recorded_url(key) if key in recorded else None,
                "machine": machine_url(key),
            }
            for key, prompt in prompts().items()
        },
    }


def sound_url(sound: Sound) -> str:
    return static_url(f"sounds/{sound}.wav")


def recorded_url(key: str) -> str:
    return f"/voice/{key}.wav"


@cache
def machine_url(key: str) -> str | None:
    """Return where the bundled machine voice says a prompt, or None."""
    name = _MACHINE.format(key)
    return static_url(name) if (STATIC / name).exists() else None
