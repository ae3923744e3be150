"""Every way to set up (pip, conda, Binder, Colab) gives the same environment."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]

# Conda's names where they are not PyPI's.
CONDA_NAMES = {"torch": "pytorch"}

# What Colab had when this was written. Installing there may downgrade none of it.
COLAB = {
    "python": "3.13.0",
    "torch": "2.11.0",
    "numpy": "2.1.0",
    "matplotlib": "3.10.0",
    "ipywidgets": "7.7.1",
    "pandas": "2.2.2",
}


def requirements(*extras: str) -> dict[str, Requirement]:
    """Return what the core and the extras require, extras of our own unfolded."""
    found: dict[str, Requirement] = {}
    waiting = [Requirement(r) for r in PROJECT["dependencies"]]
    for extra in extras:
        waiting += map(Requirement, PROJECT["optional-dependencies"][extra])
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name == PROJECT["name"]:
            for extra in requirement.extras:
                waiting += map(Requirement, PROJECT["optional-dependencies"][extra])
            continue
        same = found.setdefault(name, requirement).specifier == requirement.specifier
        assert same, f"pyproject.toml gives two ranges for {name}"
    return found


def conda_environment(name: str = "environment.yml") -> tuple[dict, list[str]]:
    """Return a conda file's packages, by PyPI's name, and the lines of its pip part."""
    listed = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))["dependencies"]
    pypi_names = {conda: pypi for pypi, conda in CONDA_NAMES.items()}
    packages = {}
    for line in (entry for entry in listed if isinstance(entry, str)):
        # Conda also writes python=3.12, which means python==3.12.*.
        requirement = Requirement(re.sub(r"(?<![=<>!~])=([\d.]+)$", r"==\1.*", line))
        found = canonicalize_name(requirement.name)
        packages[pypi_names.get(found, found)] = requirement
    pip = [line for entry in listed if isinstance(entry, dict) for line in entry["pip"]]
    return packages, pip


def pins() -> dict[str, Version]:
    """Return the versions that constraints.txt pins."""
    pinned = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, version = re.fullmatch(r"([\w.-]+)==([\w.!]+)", line).groups()
        name = canonicalize_name(name)
        assert name not in pinned, f"constraints.txt pins {name} twice"
        pinned[name] = Version(version)
    return pinned


@pytest.mark.parametrize("name", sorted(requirements("book", "test", "dev")))
def test_every_requirement_is_pinned_within_its_range(name):
    requirement = requirements("book", "test", "dev")[name]
    assert name in pins(), f"constraints.txt does not pin {name}"
    assert requirement.specifier.contains(pins()[name]), (
        f"constraints.txt pins {name} {pins()[name]}, "
        f"pyproject.toml wants {requirement.specifier}"
    )


def test_conda_has_the_same_packages_in_the_same_ranges():
    packages, pip = conda_environment()
    ours = requirements("book", "test")
    assert "-e .[book,test]" in pip
    from_pip = {
        canonicalize_name(Requirement(line).name): Requirement(line)
        for line in pip
        if not line.startswith("-")
    }
    assert not packages.keys() & from_pip.keys()
    theirs = packages | from_pip
    assert theirs.keys() - {"python", "pip"} == ours.keys()
    for name, requirement in ours.items():
        assert theirs[name].specifier == requirement.specifier, name


def test_python_is_the_same_everywhere():
    wanted = PROJECT["requires-python"]
    packages, _ = conda_environment()
    assert str(packages["python"].specifier) == wanted
    binder = conda_environment("binder/environment.yml")[0]["python"].specifier
    versions = [Version(f"3.{minor}.99") for minor in range(6, 30)]
    assert any(v in binder and v in packages["python"].specifier for v in versions)


def test_binder_installs_the_pinned_versions():
    script = (ROOT / "binder" / "postBuild").read_text(encoding="utf-8")
    assert "-c constraints.txt" in script
    assert re.search(r'-e "\.\[(\w+,?)+\]"', script)
    extras = re.search(r'-e "\.\[([\w,]+)\]"', script).group(1).split(",")
    assert set(extras) <= PROJECT["optional-dependencies"].keys()
    assert (ROOT / "binder" / "postBuild").stat().st_mode & 0o111, "not executable"


def test_constraints_name_no_place():
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert not re.search(r"://|@|\+|^-", text, re.M)


def test_colab_keeps_what_it_has():
    ours = requirements("lens")
    assert Version(COLAB["python"]) in SpecifierSet(PROJECT["requires-python"])
    for name, version in COLAB.items():
        if name in ours:
            assert ours[name].specifier.contains(version), name
    for requirement in ours.values():
        bounds = {specifier.operator for specifier in requirement.specifier}
        assert not bounds & {"==", "<", "<=", "~=", "==="}, requirement
