"""What a run was measured on: processor, kernel, how the processor's clock is governed. It measures nothing."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

_CPU_INFO = Path("/proc/cpuinfo")
_GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine in words for a report.

    Parameters
    ----------
    processor: its model as the system names it.
    processors: how many this process may use.
    virtual: whether a hypervisor is known to be between it and the metal.
    system: operating system, kernel release and architecture.
    governor: who sets the processor's clock (``performance``, ``powersave``, ...); None where the system does not tell.
    python: the interpreter that ran the loop.
    """

    processor: str
    processors: int
    virtual: bool
    system: str
    governor: str | None
    python: str

    @property
    def remark(self) -> str | None:
        """What about the processor's clock may disturb figures; None where nothing is known to."""
        if self.governor is not None:
            return None if self.governor == "performance" else f"the clock follows the load (governor {self.governor})"
        return "a virtual machine, whose host sets the clock" if self.virtual else None


def describe_machine() -> Machine:
    """This machine, as far as it tells."""
    facts = _cpu_facts()
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return Machine(
        processor=facts.get("model name") or facts.get("Processor") or platform.processor() or platform.machine(),
        processors=usable or 1,
        virtual="hypervisor" in facts.get("flags", "").split(),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        governor=_governor(),
        python=f"{platform.python_implementation()} {platform.python_version()}",
    )


def _cpu_facts() -> dict[str, str]:
    """The first processor's entries."""
    try:
        text = _CPU_INFO.read_text(errors="replace").partition("\n\n")[0]
    except OSError:
        return {}
    pairs = (line.partition(":") for line in text.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _governor() -> str | None:
    try:
        return _GOVERNOR.read_text(encoding="ascii").strip() or None
    except (OSError, ValueError):
        return None
