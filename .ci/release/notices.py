"""Prints the NOTICE files of packages, as `cargo metadata` names them on standard input."""

import json
import pathlib
import sys


def main() -> None:
    packages = json.load(sys.stdin)["packages"]
    for package in sorted(packages, key=lambda package: (package["name"], package["version"])):
        folder = pathlib.Path(package["manifest_path"]).parent
        for notice in sorted(folder.glob("NOTICE*")):
            print(f"{'-' * 80}\nNOTICE of {package['name']} {package['version']}\n")
            print(notice.read_text(encoding="utf-8").strip(), end="\n\n")


main()
