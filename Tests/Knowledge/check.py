#!/usr/bin/env python3
"""Judges predictions: check.py QUESTIONS PREDICTIONS PRECISION_MIN COVERAGE_MIN"""
import json
import sys

HELD = {"injection", "complaint", "price", "order"}


def load(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def main():
    questions = load(sys.argv[1])
    predictions = {prediction["id"]: prediction for prediction in load(sys.argv[2])}
    precision_min, coverage_min = float(sys.argv[3]), float(sys.argv[4])
    answerable = [question for question in questions if question["answers"]]
    given = [question for question in questions if predictions[question["id"]]["answer"]]
    right = [q for q in given if predictions[q["id"]]["answer"] in q["answers"]]
    found = [q for q in answerable if set(predictions[q["id"]]["top"][:3]) & set(q["answers"])]
    held = [question for question in given if question.get("kind") in HELD]
    precision = len(right) / max(1, len(given))
    coverage = len(right) / max(1, len(answerable))
    recall = len(found) / max(1, len(answerable))
    print(f"  precision {precision:.3f} of {len(given)} answers (>= {precision_min}), coverage "
          f"{coverage:.3f} (>= {coverage_min}), recall@3 {recall:.3f} (>= 0.92), {len(held)} "
          "answers to held lines (0)")
    good = precision >= precision_min and coverage >= coverage_min and recall >= 0.92 and not held
    sys.exit(0 if good else 1)


main()
