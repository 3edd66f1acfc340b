"""`python -m footage fried-rice smoke --out clip.mp4`: draws a clip and writes its truth beside it."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from footage.draw import draw
from footage.script import ClipRecipe, dishes, variants


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="footage", description="Draw a short cooking clip with a known course."
    )
    parser.add_argument("dish", choices=dishes())
    parser.add_argument("variant", help="clean, timelapse or a fault's signal, such as smoke")
    parser.add_argument("--out", type=Path, required=True, help="the MP4 to write")
    parser.add_argument("--seconds", type=float, default=24.0)
    parser.add_argument("--size", default="720x1280", help="width x height in pixels")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--truth", action="store_true", help="write what happens in the clip as JSON beside it"
    )
    arguments = parser.parse_args()
    if arguments.variant not in variants(arguments.dish):
        parser.error(f"{arguments.dish} is drawn as {', '.join(variants(arguments.dish))}")
    return arguments


def main() -> None:
    arguments = _arguments()
    width, height = (int(side) for side in arguments.size.split("x"))
    recipe = ClipRecipe(arguments.dish, arguments.variant, arguments.seconds, (width, height), arguments.seed)
    truth = draw(recipe, arguments.out)
    if arguments.truth:
        text = json.dumps(asdict(truth), ensure_ascii=False, indent=2)
        arguments.out.with_suffix(".json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
