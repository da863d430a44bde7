"""What compose.yaml and Dockerfile say of a service, for a shell that starts it as a process.

    python3 compose.py one          prints arrays and words that Bash evaluates: command, environment, health, user, …
    python3 compose.py services     prints all names with their aliases, a service a line

Needs PyYAML. A service that is built here has its command, environment, user, directory and health check from Dockerfile; what
another image would add by itself is not known here.
"""
import json
import pathlib
import re
import shlex
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]


def dockerfile():
    """The last stage's ENV, USER, WORKDIR, ENTRYPOINT and HEALTHCHECK."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    said = {}
    for line in text.splitlines():
        instruction, _, rest = line.strip().partition(" ")
        if instruction == "FROM":
            said = {"ENV": {}}
        elif instruction == "ENV":
            said["ENV"].update(word.split("=", 1) for word in shlex.split(rest))
        elif instruction in ("USER", "WORKDIR"):
            said[instruction] = rest
        elif instruction == "ENTRYPOINT":
            said["ENTRYPOINT"] = json.loads(rest)
        elif instruction == "HEALTHCHECK":
            said["HEALTHCHECK"] = json.loads(re.search(r"CMD\s+(\[.*\])", rest).group(1))
    return said


def aliases(service):
    networks = service.get("networks", {})
    return [alias for network in networks.values() for alias in network.get("aliases", [])]


def show(compose, name):
    service = compose["services"][name]
    image = dockerfile() if "build" in service else {}
    health = service.get("healthcheck", {}).get("test") or image.get("HEALTHCHECK", [])
    secrets = {secret: compose["secrets"][secret]["file"] for secret in service.get("secrets", [])}
    configs = {config["target"]: compose["configs"][config["source"]]["content"] for config in service.get("configs", [])}
    environment = {**image.get("ENV", {}), **service.get("environment", {})}
    arrays = {
        "command": image.get("ENTRYPOINT", []) + service.get("command", []),
        "environment": [f"{key}={value}" for key, value in environment.items()],
        "health": health[1:] if health[:1] == ["CMD"] else health,
        "tmpfs": service.get("tmpfs", []),
        "volumes": [volume.split(":")[1] for volume in service.get("volumes", [])],
        "secrets": list(secrets),
        "configs": [word for pair in configs.items() for word in pair],
        "cap_drop": service.get("cap_drop", []),
    }
    words = {
        "built": "yes" if "build" in service else "",
        "user": image.get("USER", "0:0"),
        "directory": image.get("WORKDIR", (["/"] + arrays["volumes"])[-1]),
        "read_only": "yes" if service.get("read_only") else "",
    }
    for key, values in arrays.items():
        print(f"{key}=({' '.join(shlex.quote(str(value)) for value in values)})")
    for key, value in words.items():
        print(f"{key}={shlex.quote(value)}")


def main():
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    if sys.argv[1] == "services":
        for name, service in compose["services"].items():
            print(name, *aliases(service))
    else:
        show(compose, sys.argv[1])


main()
