"""Losses against numbers worked out by hand, and the penalty's double backward against finite differences."""

import math

import torch

from galip_training.config import ClipConfig, DiscriminatorConfig
from galip_training.discriminator import NetC, NetD
from galip_training.losses import concept_loss, contrastive_loss, discriminator_loss, diversity_loss, generator_loss, matching_aware_penalty, reconstruction_loss

SIZES = ClipConfig(image_size=28, patch_size=4, vision_width=64, embed_dim=3)
SMALL = DiscriminatorConfig(feature_blocks=(0, 1, 2), out_channels=4, joint_channels=3)


def test_hinge_of_matching_mismatched_and_fake():
    matching, mismatched, fake = torch.tensor([2.0, 0.5]), torch.tensor([-3.0, 1.0]), torch.tensor([0.0, -0.5])
    # real: (0 + 0.5)/2; mismatched: (0 + 2)/2; fake: (1 + 0.5)/2
    assert discriminator_loss(matching, mismatched, fake).item() == 0.25 + (0.75 + 1.0) / 2


def test_generator_loss_is_the_score_and_four_times_the_cosine():
    image, sentence = torch.tensor([[3.0, 4.0], [1.0, 0.0]]), torch.tensor([[4.0, 3.0], [0.0, 2.0]])
    loss = generator_loss(torch.tensor([1.0, 3.0]), image, sentence)
    assert math.isclose(loss.item(), -2 - 4 * (24 / 25 + 0) / 2, rel_tol=1e-6)


def test_penalty_of_a_linear_score_is_twice_the_norm_to_the_sixth():
    feature = torch.tensor([[1.0, 2.0], [0.0, 1.0]], requires_grad=True)
    sentence = torch.tensor([[1.0], [5.0]], requires_grad=True)
    scores = 0.3 * feature[:, 0] + 0.4 * feature[:, 1] + 1.2 * sentence[:, 0]
    penalty = matching_aware_penalty(scores, (feature, sentence))
    assert math.isclose(penalty.item(), 2 * 1.3**6, rel_tol=1e-5)
    scaled = matching_aware_penalty(scores, (feature, sentence), loss_scale=1024.0)
    assert math.isclose(scaled.item(), penalty.item(), rel_tol=1e-5)


def test_penalty_has_a_finite_derivative_at_a_zero_gradient():
    weight = torch.zeros(3, requires_grad=True)
    feature = torch.randn(2, 3, requires_grad=True)
    matching_aware_penalty(feature @ weight, (feature,)).backward()
    assert torch.equal(weight.grad, torch.zeros(3))


def test_double_backward_of_the_penalty_agrees_with_finite_differences():
    torch.manual_seed(1)
    netD, netC = NetD(SMALL, SIZES).double(), NetC(SMALL, SIZES).double()
    for block in (*netD.DBlocks, netD.main):
        torch.nn.init.constant_(block.gamma, 0.7)
    for block in netD.DBlocks:
        torch.nn.init.constant_(block.beta, 0.4)
    features = torch.randn(2, 3, 64, 7, 7, dtype=torch.float64, requires_grad=True)
    sentence = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)

    def penalty():
        # Scaled so that the sixth power is neither 0 nor huge.
        return matching_aware_penalty(netC(netD(features), sentence) * 4, (features, sentence))

    parameters = [netD.DBlocks[0].gamma, netD.DBlocks[1].beta, netD.main.conv_r[2].weight, netC.joint_conv[0].weight]
    exact = torch.autograd.grad(penalty(), parameters)
    for parameter, gradient in zip(parameters, exact):
        for place in torch.randperm(parameter.numel())[:4].tolist():
            flat, step = parameter.data.view(-1), 1e-6
            kept = flat[place].item()
            values = []
            for sign in (1, -1):
                flat[place] = kept + sign * step
                values.append(penalty().item())
            flat[place] = kept
            numeric = (values[0] - values[1]) / (2 * step)
            assert math.isclose(gradient.reshape(-1)[place].item(), numeric, rel_tol=1e-4, abs_tol=1e-7)
    assert all(gradient.abs().max() > 0 for gradient in exact)


def test_sameness_falls_to_zero_at_the_target():
    one, other = torch.zeros(3, 3, 2, 2), torch.zeros(3, 3, 2, 2)
    other[1], other[2] = 0.05, -0.4
    assert math.isclose(diversity_loss(one, other, 0.2).item(), (1 + 0.75 + 0) / 3, rel_tol=1e-6)


def test_reconstruction_counts_pixels_and_relative_features():
    fake, real = torch.zeros(1, 3, 2, 2), torch.full((1, 3, 2, 2), 0.5)
    loss = reconstruction_loss(fake, real, torch.tensor([1.0, 3.0]), torch.tensor([2.0, -2.0]))
    assert math.isclose(loss.item(), 0.5 + ((1 + 5) / 2) / 2, rel_tol=1e-6)
    heavier = reconstruction_loss(fake, real, torch.tensor([1.0, 3.0]), torch.tensor([2.0, -2.0]), pixel_weight=5)
    assert math.isclose(heavier.item(), 2.5 + ((1 + 5) / 2) / 2, rel_tol=1e-6)


def test_reconstruction_counts_the_steps_between_neighbours():
    fake, real = torch.zeros(1, 1, 2, 2), torch.tensor([[[[0.0, 0.5], [0.0, 0.5]]]])
    features = (torch.tensor([1.0]), torch.tensor([1.0]))
    # Columns differ by 0.5 in both rows, rows nowhere; half of the pixels are wrong by 0.5.
    loss = reconstruction_loss(fake, real, *features, pixel_weight=1, edge_weight=4)
    assert math.isclose(loss.item(), 0.25 + 4 * 0.5, rel_tol=1e-6)
    shifted = reconstruction_loss(fake, fake + 0.25, *features, pixel_weight=1, edge_weight=4)
    assert math.isclose(shifted.item(), 0.25, rel_tol=1e-6)


def test_contrastive_loss_of_two_pairs():
    image, text = torch.eye(2), torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    loss = contrastive_loss(image, text, torch.tensor(2.0), torch.eye(2))
    assert math.isclose(loss.item(), math.log(1 + math.exp(-2)), rel_tol=1e-6)
    same_text = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    both = contrastive_loss(image, same_text, torch.tensor(2.0), torch.ones(2, 2))
    # Each image is as near to either text: log 2. Texts see logits 2 and 0, half a target each: −(log σ(2) + log σ(−2))/2.
    by_text = -(math.log(1 / (1 + math.exp(-2))) + math.log(1 / (1 + math.exp(2)))) / 2
    assert math.isclose(both.item(), (math.log(2) + by_text) / 2, rel_tol=1e-6)


def test_concept_loss_is_the_cross_entropy_of_cosines_to_the_rows():
    table = torch.tensor([[3.0, 0.0], [0.0, 0.5], [-1.0, 0.0]])
    embedding = torch.tensor([[2.0, 0.0], [1.0, 0.0]])
    right, wrong = math.log(math.exp(4) + 1 + math.exp(-4)) - 4, math.log(math.exp(4) + 1 + math.exp(-4))
    loss, accuracy = concept_loss(embedding, table, 4.0, torch.tensor([0, 1]))
    assert math.isclose(loss.item(), (right + wrong) / 2, rel_tol=1e-6)
    assert accuracy.item() == 0.5
    # Smoothing spreads 0.3 evenly: the mean over the rows of -log p is `wrong`, as the cosines' mean is 0.
    smoothed, _ = concept_loss(embedding[:1], table, 4.0, torch.tensor([0]), 0.3)
    assert math.isclose(smoothed.item(), 0.7 * right + 0.3 * wrong, rel_tol=1e-6)
