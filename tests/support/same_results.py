#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares results of studies number for number. Times and the version of the program
do not count. Exit code 1 where they differ.

usage: same_results.py STUDY.sqlite OTHER.sqlite     all results of both
       same_results.py STUDY.sqlite LAM.json...      all results of the study with those of `lamscope-cli lam --json`
       same_results.py --kept EARLIER.sqlite LATER.sqlite
           whether the tasks that EARLIER has were not computed again: even their times are the same
"""
import contextlib
import json
import sqlite3
import sys

NOT_COMPARED = {"seconds", "version"}
PLACE = ("network", "sha256", "patch_x", "patch_y", "patch_size")


def rows_of(file, query):
    """The rows of a query, each a dictionary."""
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(query)]


def study_results(file):
    """By place: the values of a row. Images are told by their bytes."""
    rows = rows_of(file, "SELECT results.*, image.sha256 AS sha256 FROM results JOIN image ON image.file = results.image")
    for row in rows:
        row.pop("image")
    results = {tuple(row[name] for name in PLACE): row for row in rows}
    if len(results) != len(rows) or not rows:
        sys.exit(f"{file}: {len(rows)} results at {len(results)} places")
    return results


def lam_results(files):
    """The same of documents of `lam`."""
    results = {}
    for file in files:
        with open(file, encoding="utf-8") as stream:
            document = json.load(stream)
        for result in document["results"]:
            row = {name: value for name, value in result.items() if not isinstance(value, (dict, list))}
            row.update({f"patch_{name}": value for name, value in result["patch"].items()})
            row.update({f"context_{name}": value for name, value in result["context"].items()})
            row.update(network=result["model"]["name"], sha256=document["image"]["sha256"])
            results[tuple(row[name] for name in PLACE)] = row
    return results


def kept(earlier, later):
    """Problems with tasks that should not have been computed again."""
    query = "SELECT lower(hex(key)) AS key, seconds FROM task WHERE state != 'left'"
    before, after = ({row["key"]: row["seconds"] for row in rows_of(file, query)} for file in (earlier, later))
    if not before:
        sys.exit(f"{earlier}: no task ended")
    print(f"{len(before)} tasks were kept, {len(after) - len(before)} were added")
    return [f"task {key}: {seconds} s before, {after.get(key)} s now" for key, seconds in before.items()
            if after.get(key) != seconds]


def differences(first, second):
    """What differs, in words. Columns that one side does not have are not compared."""
    found = [f"{place}: only in one of them" for place in first.keys() ^ second.keys()]
    numbers = 0
    for place in first.keys() & second.keys():
        one, other = first[place], second[place]
        for name in (one.keys() & other.keys()) - NOT_COMPARED:
            numbers += 1
            if one[name] != other[name]:
                found.append(f"{place}: {name} is {one[name]!r} and {other[name]!r}")
    print(f"{len(first.keys() & second.keys())} results, {numbers} values compared")
    return found


def main(arguments):
    if len(arguments) == 3 and arguments[0] == "--kept":
        found = kept(*arguments[1:])
    elif len(arguments) >= 2 and not arguments[0].startswith("-"):
        study, *others = arguments
        found = differences(study_results(study),
                            study_results(others[0]) if others[0].endswith(".sqlite") else lam_results(others))
    else:
        sys.exit(__doc__)
    for line in sorted(found)[:20]:
        print(line)
    if found:
        sys.exit(f"{len(found)} differences")
    print("no difference")


if __name__ == "__main__":
    main(sys.argv[1:])
