"""Reading what senders really send: numbers in strings, one string where a list is due, null for absent.

Source: ../shared/openrtb.md, section 12.
"""

import json
from decimal import Decimal, InvalidOperation
from typing import Any, Dict, List, Optional, Union


def read(text: Union[str, bytes]) -> Any:
    """JSON with exact decimals; of a key that appears twice, the first counts."""

    def first_wins(pairs: List[tuple]) -> Dict[str, Any]:
        members: Dict[str, Any] = {}
        for key, value in pairs:
            members.setdefault(key, value)
        return members

    return json.loads(text, parse_float=Decimal, object_pairs_hook=first_wins)


def decimal(value: Any) -> Optional[Decimal]:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def integer(value: Any) -> Optional[int]:
    if isinstance(value, bool):
        return int(value)
    number = decimal(value)
    return int(number) if number is not None and number == number.to_integral_value() else None


def flag(value: Any) -> bool:
    return integer(value) == 1


def text(value: Any) -> Optional[str]:
    """A string, also from a number; None for what is no text."""
    if isinstance(value, str):
        return value
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return str(value)
    return None


def elements(value: Any) -> list:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def texts(value: Any) -> List[str]:
    """Strings of a list, or the one where no list is; empty ones say nothing."""
    found = (text(element) for element in elements(value))
    return [entry for entry in found if entry]


def integers(value: Any) -> List[int]:
    found = (integer(element) for element in elements(value))
    return [entry for entry in found if entry is not None]


def positive(value: Any) -> int:
    """A size or a limit; 0 where there is none, or none that makes sense."""
    return max(integer(value) or 0, 0)


def member(value: Any, key: str) -> Dict[str, Any]:
    """An object within an object; empty where it is missing or is something else."""
    inner = value.get(key) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def objects(value: Any) -> List[Dict[str, Any]]:
    return [element for element in elements(value) if isinstance(element, dict)]


def native_root(native: Dict[str, Any]) -> Optional[Dict[str, Any]]:
    """The native request, which is JSON in a string, sometimes an object, sometimes wrapped once."""
    root = native.get("request")
    if isinstance(root, str):
        try:
            root = read(root)
        except ValueError:
            return None
    if isinstance(root, dict) and isinstance(root.get("native"), dict):
        root = root["native"]
    return root if isinstance(root, dict) else None


def formats(imp: Dict[str, Any]) -> Dict[str, Dict[str, Any]]:
    """The formats that an impression offers, by name."""
    return {name: imp[name] for name in ("banner", "video", "audio", "native") if isinstance(imp.get(name), dict)}
