"""Configurations: what is refused and how it is said; the recipes."""

import json

import pytest

from conftest import ROOT
from galip_training.__main__ import parse_options
from galip_training.config import ConfigError, load_config, override, parse_config
from galip_training.train_commands import check_styles
from shapes import TINY

RECIPES = ROOT / "gpu-backend" / "training" / "recipes"


def test_every_problem_is_named_at_once():
    with pytest.raises(ConfigError) as caught:
        parse_config(
            {
                "seed": -1, "precision": "fp8", "colour": 1,
                "clip": {"image_size": 100, "patch_size": 32, "vision_width": 100, "image_std": [0.5, 0.5, 0]},
                "generator": {"nf": "64", "prompt_tokens": 12},
                "discriminator": {"feature_blocks": [4, 1]},
                "train_gan": {"lr_g": 0, "augment": ["fog"], "official_clip_input": 1},
            },
            "x.json",
        )  # fmt: skip
    text = str(caught.value)
    assert text.startswith("x.json:\n")
    for part in (
        "seed: is -1; must be at least 0", "precision: is 'fp8'; must be one of 'fp32', 'bf16', 'fp16'", "colour: is not a setting",
        "clip.patch_size: is 32; must divide", "clip.vision_width: is 100; must be a multiple of 64", "clip.image_std: is [0.5, 0.5, 0]",
        "generator.nf: is '64'; must be of type int", "generator.prompt_tokens: is 12; must be below",
        "discriminator.feature_blocks: is [4, 1]; must rise", "train_gan.lr_g: is 0; must be above 0",
        "train_gan.augment: is ['fog']; must be a list, each one of", "train_gan.official_clip_input: is 1; must be of type bool",
    ):  # fmt: skip
        assert part in text, text


def test_a_cache_of_augmented_images_is_refused():
    with pytest.raises(ConfigError, match="cannot be used with train_gan.augment"):
        parse_config({"train_gan": {"cache_real_features": True, "augment": ["colour"]}})


def test_kept_images_of_random_crops_are_refused():
    with pytest.raises(ConfigError, match="data.keep_images: cannot be used with data.augment"):
        parse_config({"data": {"keep_images": True, "augment": True}})


@pytest.mark.parametrize("settings, reason", [({"precision": "fp16"}, "precision fp16"), ({"train_gan": {"augment": ["affine"]}}, "train_gan.augment")])
def test_what_a_recorded_step_cannot_do_is_refused(settings, reason):
    with pytest.raises(ConfigError, match=f"cuda_graphs: cannot be used with {reason}"):
        parse_config({"cuda_graphs": True, **settings})


def test_a_configuration_survives_its_json():
    config = parse_config(TINY)
    assert parse_config(json.loads(config.to_json())) == config


def test_broken_json_is_named(tmp_path):
    (tmp_path / "x.json").write_text("{")
    with pytest.raises(ConfigError, match="is not JSON"):
        load_config(tmp_path / "x.json")


@pytest.mark.parametrize("name", ["cc12m", "coco", "cub", "emoji-224", "emoji-64", "emoji-64-judge", "tiny"])
def test_recipes_are_valid(name):
    config = load_config(RECIPES / f"{name}.json")
    assert config.name == name
    assert config.data.path


@pytest.mark.parametrize("name", ["cc12m", "coco", "cub", "emoji-224", "emoji-64", "tiny"])
def test_the_commands_of_a_recipe_are_commands(name):
    commands = load_config(RECIPES / f"{name}.json").commands
    ours = [command.split("-m galip_training ")[1].split() for command in commands if "-m galip_training " in command]
    options = [parse_options(words) for words in ours]
    assert [option.command for option in options if option.command != "publish"][-2:] == ["train-gan", "evaluate"]
    configs = [option.config for option in options if getattr(option, "config", None)]
    assert configs and all(ROOT / config == RECIPES / f"{name}.json" for config in configs)


def test_settings_are_replaced_on_the_command_line():
    config = parse_config(override(TINY, ["train_gan.batch_size=8", "data.path=here/and there", "evaluate.prompts=[\"a\"]"]))
    assert (config.train_gan.batch_size, config.data.path, config.evaluate.prompts) == (8, "here/and there", ("a",))
    with pytest.raises(ConfigError, match="seed.of.all=1: must be section.setting=value"):
        override(TINY, ["seed.of.all=1"])


def test_reconstruction_of_augmented_images_is_refused():
    with pytest.raises(ConfigError, match="train_gan.reconstruction_weight: cannot be used with train_gan.augment"):
        parse_config({"train_gan": {"reconstruction_weight": 1, "augment": ["affine"]}})


def test_adams_betas_are_two():
    with pytest.raises(ConfigError, match="train_gan.warmup_betas: has 1 values; must have 2"):
        parse_config({"train_gan": {"warmup_betas": [0.9]}})


def test_noise_that_chooses_among_styles_needs_two():
    settings = {"train_gan": {"noise_by_style": True}}
    with pytest.raises(ConfigError, match="data.styles has 1 items; must have 2 to generator.z_dim .100"):
        check_styles(parse_config({**settings, "data": {"styles": ["flat"]}}))
    check_styles(parse_config({**settings, "data": {"styles": ["flat", "round"]}}))


def test_sizes_of_a_resnet_have_rules_of_their_own():
    resnet = {"vision": "resnet", "vision_width": 48, "vision_blocks": 1}
    assert parse_config({"clip": resnet}).clip.vision_width == 48
    with pytest.raises(ConfigError) as error:
        parse_config({"clip": {**resnet, "vision_width": 9}, "train_clip": {"early_sizes": [32, 48], "early_steps": [7]}})
    assert [problem.split(":")[0] for problem in error.value.problems] == ["clip.vision_width", "train_clip.early_steps"]
    with pytest.raises(ConfigError, match="train_clip.early_sizes: cannot be used with clip.vision vit"):
        parse_config({"train_clip": {"early_sizes": [32], "early_steps": [7]}})


def test_the_judges_recipe_trains_and_measures_it():
    config = load_config(RECIPES / "emoji-64-judge.json")
    assert (config.name, config.clip.vision, config.train_clip.target, config.data.test_split) == ("emoji-64-judge", "resnet", "concepts", "held-out")
    options = [parse_options(command.split("-m galip_training ")[1].split()) for command in config.commands if "-m galip_training " in command]
    assert [option.command for option in options] == ["train-clip", "evaluate-clip"]
    assert options[1].clip == options[0].out / "clip.pth"
    assert config.seed != load_config(RECIPES / "emoji-64.json").seed


def test_the_papers_recipes_are_the_papers():
    for name in ("coco", "cub", "cc12m"):
        config = load_config(RECIPES / f"{name}.json")
        gan = config.train_gan
        assert (gan.lr_g, gan.lr_d, gan.similarity_weight, gan.penalty_weight, gan.penalty_power) == (1e-4, 4e-4, 4.0, 2.0, 6.0)
        assert (config.generator.nf, config.generator.z_dim, config.clip.image_size, config.clip.patch_size) == (64, 100, 224, 32)
        assert gan.official_clip_input
        assert not (gan.warmup_reconstruction_steps or gan.augment or gan.cache_real_features or gan.diversity_weight or gan.noise_by_style or gan.reconstruction_weight or gan.ema_decay or gan.max_grad_norm or gan.edge_weight)
