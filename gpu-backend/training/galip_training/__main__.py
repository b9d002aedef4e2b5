"""python3 -m galip_training train-clip|train-text|train-gan|grow|evaluate|evaluate-clip|publish: see README.md, and --help of each."""

import argparse
import sys
from pathlib import Path

import torch

from .config import ConfigError
from .evaluate_command import evaluate_clip_command, evaluate_command
from .grow import grow_command
from .publish import publish_command
from .train_commands import train_clip, train_gan, train_text
from .training_loop import TrainingFailed


def main(arguments: list) -> int:
    """Exit status: 0 done or out of time, 1 failed, 2 wrong options."""
    options = parse_options(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        return options.run(options)
    except (ConfigError, TrainingFailed, ValueError, OSError) as error:
        print(f"{options.command}: {error}", file=sys.stderr)
        return 1


def parse_options(arguments: list) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="galip_training")
    commands = parser.add_subparsers(dest="command", required=True)

    clip = commands.add_parser("train-clip", help="train a CLIP of our own; writes clip.pth")
    add_training_options(clip)
    clip.add_argument("--tokenizer", type=Path, required=True, help="tokenizer.json, or OpenAI's list of merges")
    clip.set_defaults(run=train_clip)

    text = commands.add_parser("train-text", help="teach a CLIP of train-clip to hear captions through other words; writes clip.pth")
    add_training_options(text)
    text.add_argument("--clip", type=Path, required=True, help="clip.pth of train-clip")
    text.add_argument("--tokenizer", type=Path, help="tokenizer.json beside --clip if not given")
    text.set_defaults(run=train_text)

    gan = commands.add_parser("train-gan", help="train GALIP on a frozen CLIP; writes galip.pth")
    add_training_options(gan)
    gan.add_argument("--clip", type=Path, required=True, help="any published form of CLIP, or clip.pth of train-clip")
    gan.add_argument("--tokenizer", type=Path, help="tokenizer.json beside --clip if not given")
    gan.add_argument("--init", type=Path, help="checkpoint whose networks a new run starts from")
    gan.set_defaults(run=train_gan)

    grow = commands.add_parser("grow", help="a trained generator in a wider configuration, for train-gan --init; writes galip.pth")
    add_common_options(grow)
    grow.add_argument("--config", type=Path, required=True, help="recipe (JSON)")
    grow.add_argument("--checkpoint", type=Path, required=True, help="galip.pth of the narrower configuration")
    grow.add_argument("--clip", type=Path, required=True, help="the CLIP of its training, with tokenizer.json beside it")
    grow.add_argument("--noise-gain", type=float, default=1.0, help="with noise_by_style: how far noise moves pictures along the styles' words; 1")
    grow.set_defaults(run=grow_command)

    scores = commands.add_parser("evaluate", help="metrics.json, contact-sheet.png, interpolation.png of a galip.pth")
    add_common_options(scores)
    scores.add_argument("--checkpoint", type=Path, required=True, help="galip.pth, with galip.json beside it")
    scores.add_argument("--config", type=Path, help="the one the checkpoint was trained with if not given")
    scores.add_argument("--clip", type=Path, required=True, help="the CLIP of the training")
    scores.add_argument("--tokenizer", type=Path, help="tokenizer.json beside --clip if not given")
    scores.add_argument("--judge", type=Path, help="a CLIP that took no part in the training; --clip if not given")
    scores.add_argument("--judge-tokenizer", type=Path, help="tokenizer.json beside --judge if not given")
    scores.add_argument("--concepts", type=Path, help="JSON Lines of name and paraphrases: all that the judge chooses among")
    scores.add_argument("--inception", type=Path, help="weights of Inception v3, for FID")
    scores.add_argument("--split", help="of the data; the configuration's test_split if not given")
    scores.set_defaults(run=evaluate_command)

    names = commands.add_parser("evaluate-clip", help="R@1 and R@5 of a CLIP that names real drawings; writes names-SPLIT.json")
    add_common_options(names)
    names.add_argument("--clip", type=Path, required=True, help="clip.pth of train-clip, with clip.json beside it")
    names.add_argument("--tokenizer", type=Path, help="tokenizer.json beside --clip if not given")
    names.add_argument("--concepts", type=Path, required=True, help="JSON Lines of names: all to choose from")
    names.add_argument("--split", help="of the data; the configuration's test_split if not given")
    names.set_defaults(run=evaluate_clip_command)

    small = commands.add_parser("publish", help="a run's weights in float16, small enough to ship")
    small.add_argument("--checkpoint", type=Path, required=True, help="galip.pth, with galip.json and scalars.jsonl beside it")
    small.add_argument("--clip", type=Path, required=True, help="clip.pth of train-clip, with what lies beside it")
    small.add_argument("--out", type=Path, required=True, help="folder for the files")
    small.set_defaults(run=publish_command, threads=None)
    return parser.parse_args(arguments)


def add_training_options(parser: argparse.ArgumentParser) -> None:
    add_common_options(parser)
    parser.add_argument("--config", type=Path, required=True, help="recipe (JSON)")
    parser.add_argument("--max-minutes", type=float, help="save and end after so long; the same command goes on from there")


def add_common_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--data", help="the data set's path, instead of data.path")
    parser.add_argument("--set", action="append", default=[], metavar="SECTION.SETTING=VALUE", help="replace a setting")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, help="of one process on the CPU")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
