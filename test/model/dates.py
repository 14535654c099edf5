"""When periods are over. A start is counted in half seconds since 1970, so that a whole local day, which is over at its end, has a start
just before the next midnight. A period is a number of days, ('h', hours), or None, which never ends."""
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

ZONES = {name: ZoneInfo(name) for name in ('Europe/Oslo', 'UTC', 'America/New_York')}


def midnight(day, zone):
    """The instant in seconds at which a day, a date, begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=ZONES[zone]).timestamp())


def day_of(seconds, zone):
    return datetime.fromtimestamp(seconds, ZONES[zone]).date()


def start_of(value, zone):
    """Of a timestamptz (seconds) or of a date, which is a whole local day."""
    if value is None:
        return None
    if isinstance(value, date):
        return 2 * midnight(value + timedelta(days=1), zone) - 1
    return 2 * value


def follow(start, period, zone):
    """The start of what comes after the period; None: it never ends."""
    if start is None or period is None:
        return None
    if period == 0:
        return start
    if isinstance(period, tuple):
        return 2 * ((start + 1) // 2 + 3600 * period[1]) - 1
    last = day_of(start // 2, zone) + timedelta(days=period)
    return 2 * midnight(last + timedelta(days=1), zone) - 1


def over(followed):
    """The first second at which it is over; None: never."""
    return None if followed is None else (followed + 1) // 2


def is_over(followed, now):
    return followed is not None and over(followed) <= now


def just_over(period, now, zone):
    """The latest start whose period is over now; None: there is none."""
    if period is None:
        return None
    if period == 0:
        return 2 * now
    if isinstance(period, tuple):
        return 2 * (now - 3600 * period[1])
    return start_of(day_of(now, zone) - timedelta(days=period + 1), zone)


def clock_text(start):
    """A start as clocks have it in their text."""
    text = datetime.fromtimestamp(start // 2, timezone.utc).strftime('%Y-%m-%dT%H:%M:%S')
    return text + ('.5Z' if start % 2 else 'Z')


def instant(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime('%Y-%m-%d %H:%M:%S+00')


def period_text(period):
    if period is None:
        return 'forever'
    return f'{period[1]} hours' if isinstance(period, tuple) else f'{period} days'
