"""Metrics against known answers, and Inception against torchvision's."""

import math

import numpy as np
import pytest
import torch

from galip_training.concepts import Concept, read_concepts
from galip_training.evaluate import Judge, evaluate
from galip_training.generator import NetG
from galip_training.inception import Inception
from galip_training.metrics import clip_similarity, diversity, frechet_distance, frechet_of, retrieval
from galip_training.sampling import fixed_noise, interpolate
from shapes import COLOURS, SHAPES, ShapeDataset, tokenise


def test_frechet_distance_of_diagonal_gaussians():
    mean_a, mean_b = np.array([1.0, 2.0]), np.array([4.0, -2.0])
    variance_a, variance_b = np.array([4.0, 9.0]), np.array([1.0, 16.0])
    # 3² + 4² + (2 − 1)² + (3 − 4)²
    assert frechet_distance(mean_a, np.diag(variance_a), mean_b, np.diag(variance_b)) == pytest.approx(27.0)


def test_frechet_distance_of_covariances_that_do_not_commute():
    first, second = np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([[1.0, 0.0], [0.0, 3.0]])
    # For 2 × 2: (tr √(A·B))² = tr(A·B) + 2·√det(A·B)
    trace_of_root = math.sqrt(np.trace(first @ second) + 2 * math.sqrt(np.linalg.det(first @ second)))
    expected = 4 + 4 - 2 * trace_of_root
    assert frechet_distance(np.zeros(2), first, np.zeros(2), second) == pytest.approx(expected)


def test_frechet_distance_of_fewer_samples_than_dimensions():
    torch.manual_seed(0)
    features = torch.randn(5, 40)
    assert frechet_of(features, features) == pytest.approx(0, abs=1e-4)
    assert frechet_of(features, features + 2) == pytest.approx(40 * 4)


def test_retrieval_counts_ties_against_the_image():
    texts = torch.eye(6)
    images = torch.tensor([[9.0, 1, 0, 0, 0, 0], [5, 4, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1]])
    assert retrieval(images, texts, [0, 1, 2]) == {"r1": pytest.approx(1 / 3), "r5": pytest.approx(2 / 3)}


def test_diversity_is_the_mean_distance_between_seeds():
    same = torch.tensor([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]])
    spread = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
    assert diversity(torch.stack([same, spread])) == [pytest.approx(0), pytest.approx((1 + 1 + 2) / 3)]


def test_concepts_are_read_and_a_wrong_line_is_named(tmp_path):
    path = tmp_path / "concepts.jsonl"
    path.write_text('{"name": "fox", "paraphrases": ["a fox please"], "id": "1f98a"}\n{"name": "cat"}\n')
    assert read_concepts(path) == [Concept("fox", ("a fox please",)), Concept("cat", ())]
    for line, message in (("{", "is not JSON"), ("[]", "must be an object"), ('{"name": 1}', "a text"), ('{"name": "a", "paraphrases": "b"}', "list")):
        path.write_text('{"name": "cat"}\n' + line + "\n")
        with pytest.raises(ValueError, match=f"concepts.jsonl:2: .*{message}"):
            read_concepts(path)


def test_similarity_is_the_mean_cosine():
    assert clip_similarity(torch.tensor([[3.0, 4.0], [1.0, 0.0]]), torch.tensor([[4.0, 3.0], [0.0, 1.0]])) == pytest.approx(0.48)


def test_interpolation_keeps_the_length_of_the_noise():
    noise = torch.tensor([[2.0, 0.0], [0.0, 2.0]])
    between, sentences = interpolate(noise, torch.tensor([[0.0], [1.0]]), 5)
    torch.testing.assert_close(between.norm(dim=1), torch.full((5,), 2.0))
    torch.testing.assert_close(between[[0, 2, 4]], torch.tensor([[2.0, 0], [2**0.5, 2**0.5], [0, 2.0]]))
    torch.testing.assert_close(sentences[:, 0], torch.linspace(0, 1, 5))
    assert torch.equal(fixed_noise(3, 4, 0, noise.device), fixed_noise(3, 4, 0, noise.device))


def random_inception(path, classes):
    models = pytest.importorskip("torchvision.models", reason="torchvision, the reference, is not installed")
    torch.manual_seed(3)
    reference = models.inception_v3(weights=None, init_weights=False, num_classes=classes).eval()
    torch.save(reference.state_dict(), path)
    reference.fc = torch.nn.Identity()
    return reference


def test_inception_computes_what_torchvisions_does(tmp_path):
    reference = random_inception(tmp_path / "inception.pth", 1000)
    images = torch.rand(1, 3, 299, 299) * 2 - 1
    with torch.no_grad():
        expected = reference(images)
    ours = Inception(tmp_path / "inception.pth", torch.device("cpu"))
    torch.testing.assert_close(ours.features(images), expected, rtol=1e-4, atol=1e-6)
    assert not ours.is_tensorflow


def test_inception_pools_as_the_original_graph_where_the_weights_are_its(tmp_path):
    random_inception(tmp_path / "inception.pth", 1008)
    ours = Inception(tmp_path / "inception.pth", torch.device("cpu"))
    images = torch.rand(1, 3, 64, 64) * 2 - 1
    original = ours.features(images)
    ours.is_tensorflow = False
    assert not torch.allclose(original, ours.features(images))


def test_a_file_that_is_no_inception_is_refused(tmp_path):
    torch.save({"fc.weight": torch.zeros(3)}, tmp_path / "x.pth")
    with pytest.raises(ValueError, match="x.pth: lacks Conv2d_1a_3x3.conv.weight"):
        Inception(tmp_path / "x.pth", torch.device("cpu"))


def test_a_judge_sees_larger_pictures_smoothly_reduced(clip):
    judge, size = Judge(clip, tokenise), clip.sizes.image_size
    fine = torch.randn(2, 3, 2 * size, 2 * size, generator=torch.Generator().manual_seed(3)).clamp(-1, 1)
    fitted = judge.fitted(fine)
    assert fitted.shape[-1] == size and fitted.abs().max() <= 1
    # Noise of single pixels is averaged, where the nearest pixel would keep all of it.
    assert fitted.std() < 0.7 * fine[:, :, ::2, ::2].std()
    torch.testing.assert_close(judge.images(fine), judge.images(fitted))


def test_evaluation_writes_metrics_and_pictures(tmp_path, clip, config):
    torch.manual_seed(2)
    judge = Judge(clip, tokenise)
    netG = NetG(config.generator, clip.sizes, clip.visual).eval()
    first, second = (evaluate(netG, judge, judge, ShapeDataset(24), config, tmp_path) for _ in range(2))
    assert first == second
    assert first["samples"] == 12
    assert set(first["retrieval"]) == {"captions", "concepts"}
    assert first["retrieval"]["captions"]["real"].keys() == {"r1", "r5"}
    assert first["frechet_clip"] > 0
    assert list(first["diversity"]) == ["a red square", "a blue circle"]
    names = [f"{colour} {shape}" for colour in COLOURS for shape in SHAPES]
    known = [Concept(name, (f"{name.split()[1]} {name.split()[0]}",)) for name in names] + [Concept("a", ())]
    told = evaluate(netG, judge, judge, ShapeDataset(24), config, tmp_path, known=known)["retrieval"]
    assert told["concepts"]["texts"] == told["paraphrases"]["texts"] == 13
    assert told["paraphrases"]["prompts"] == 12 and told["paraphrases"]["generated"].keys() == {"r1", "r5"}
    assert all(value["judge_distance"] > 0 and value["pixel_deviation"] > 0 for value in first["diversity"].values())
    assert {path.name for path in tmp_path.iterdir()} == {"contact-sheet.png", "interpolation.png"}
