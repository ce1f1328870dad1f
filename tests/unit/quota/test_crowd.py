"""What a crowd has in common, and how people are told apart in spite of it."""

import numpy as np
from numpy.typing import NDArray
import pytest

from custom_components.facequota.quota.account import Reservation
from custom_components.facequota.quota.book import Book
from custom_components.facequota.quota.gallery import Gallery
from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.quota.priors import PRIORS
from custom_components.facequota.quota.threshold import Threshold

from .people import DIMENSION, face

type Templates = NDArray[np.float32]


class Population:
    """People who do not exist and look alike: one middle, each a little off it."""

    def __init__(self, number: int) -> None:
        """Draw the middle; number says which population."""
        self._rng = np.random.default_rng(number)
        world = np.random.default_rng(99).normal(size=DIMENSION)
        self._middle = world + 0.35 * self._rng.normal(size=DIMENSION)
        self._spread = 0.4 * 0.98 ** np.arange(DIMENSION)

    def people(self, count: int) -> Templates:
        """Return one template each."""
        own = self._rng.normal(size=(count, DIMENSION)) * self._spread
        return self._unit(self._middle + own)

    def again(self, template: Templates) -> Templates:
        """Return another template of the same person."""
        off = self._rng.normal(size=DIMENSION) * 0.01
        again: Templates = self._unit(template[None] + off)[0]
        return again

    @staticmethod
    def _unit(vectors: NDArray[np.float64]) -> Templates:
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        directions: Templates = (vectors / lengths).astype(np.float32)
        return directions


def filled(people: Templates, *, size: int = 40) -> Gallery:
    """Return a gallery that these visited, the last of them still there."""
    gallery = Gallery(DIMENSION)
    for template in people:
        gallery.add(template)
        gallery.learn()
        if len(gallery) > size:
            gallery.remove([int(gallery.keys().min())])
    return gallery


def relative(gallery: Gallery, probe: Templates) -> Templates:
    """Return the relative distances of a crowd that is known."""
    distances = gallery.relative(probe)
    assert distances is not None
    return distances


def test_strangers_are_equally_far_in_a_mixed_crowd() -> None:
    """One in four is of a population whose people look alike: no nearer for that."""
    many, few = Population(1), Population(2)
    visitors = np.concatenate((many.people(240), few.people(80)))
    gallery = filled(np.random.default_rng(3).permutation(visitors))
    for population in (many, few):
        strangers = population.people(40)
        usual = np.mean([relative(gallery, stranger).mean() for stranger in strangers])
        assert usual == pytest.approx(1, abs=0.1)


def test_a_change_of_crowd_is_followed() -> None:
    """After some hundred visitors the others are what is usual."""
    first, then = Population(1), Population(2)
    gallery = filled(np.concatenate((first.people(300), then.people(300))))
    usual = np.mean([relative(gallery, new).mean() for new in then.people(40)])
    assert usual == pytest.approx(1, abs=0.15)


def test_somebody_who_comes_back_is_nearest_and_near() -> None:
    """Taking away what all have in common leaves what one has."""
    crowd = Population(1)
    people = crowd.people(300)
    gallery = filled(people)
    distances = relative(gallery, crowd.again(people[-1]))
    assert distances.argmin() == list(gallery.keys()).index(299)
    assert distances.min() < 0.25
    assert np.sort(distances)[1] > 0.4


def test_eighty_visitors_have_to_come_first() -> None:
    """A mean of fewer is too much like each of them."""
    people = Population(1).people(120)
    assert filled(people[:80]).relative(people[0]) is None
    assert filled(people[:110]).relative(people[0]) is not None


def test_nothing_that_outlives_a_face_is_made_of_fewer_than_eight() -> None:
    """Seven leave no trace; eight are learnt from while all of them are there."""
    people = Population(1).people(16)
    gallery = filled(people[:7])
    assert not gallery.crowd.mean.any()
    assert not gallery.crowd.directions.any()
    # One after the other, with six at most in the window: never learnt from.
    assert filled(people, size=6).crowd.visits == 0
    gallery.add(people[7])
    gallery.learn()
    assert gallery.crowd.visits > 7
    rows = gallery.rows[:8]
    assert gallery.crowd.mean == pytest.approx(rows.mean(axis=0), abs=0.01)
    # Nobody is in it twice.
    before = gallery.crowd.mean.copy()
    gallery.learn()
    assert (gallery.crowd.mean == before).all()


def test_what_a_crowd_has_in_common_goes_with_the_epoch() -> None:
    """Overwritten by a purge and by the last removal, and begun anew."""
    people = Population(1).people(120)
    gallery = filled(people)
    for end in (gallery.clear, lambda: gallery.remove(gallery.keys().tolist())):
        crowd = gallery.crowd
        assert crowd.mean.any()
        end()
        assert not crowd.mean.any()
        assert not crowd.directions.any()
        assert gallery.crowd.visits == 0
        assert gallery.relative(face(1)) is None
        for template in people[:8]:
            gallery.add(template)
        gallery.learn()


def test_it_is_kept_under_the_transform_only() -> None:
    """The mean of one epoch says nothing about another's."""
    people = Population(1).people(120)
    one, other = filled(people).crowd.mean, filled(people).crowd.mean
    cosine = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
    assert abs(cosine) < 0.4


def test_removed_refreshed_and_added_templates_are_measured_anew() -> None:
    """Whatever happened to a gallery, its distances are those of its templates."""
    crowd = Population(1)
    people = crowd.people(200)
    gallery = filled(people, size=70)
    gallery.remove(gallery.keys()[[3, 40, 41]].tolist())
    gallery.refresh(int(gallery.keys()[7]), people[0])
    gallery.add(people[1])
    rows = gallery.rows[: len(gallery)]
    means, directions = gallery.crowd.mean, gallery.crowd.directions
    probe = rows[5]
    rest = np.vstack((rows, probe)) - means
    rest -= 0.7 * (rest @ directions.T) @ directions
    middles = (rest**2).sum(axis=1)
    squares = ((rest[:-1] - rest[-1]) ** 2).sum(axis=1)
    to_middle = (squares / (middles[:-1] * middles[-1]) ** 0.375).astype(np.float32)
    expected = gallery.crowd.scaled(to_middle, 2 - 2 * rows @ probe)
    hidden = gallery._transform  # noqa: SLF001 - to look a kept template up again
    assert hidden is not None
    found = relative(gallery, hidden[:DIMENSION].T @ probe)
    assert found == pytest.approx(expected, abs=2e-3)


def test_faces_that_are_no_faces_do_not_stretch_what_is_usual() -> None:
    """Else whoever shows them would make two strangers the same."""
    wide = np.random.default_rng(5).normal(size=(300, DIMENSION)).astype(np.float32)
    one, nothing = np.ones(1, np.float32), np.zeros(1, np.float32)
    assert filled(wide).crowd.scaled(one, nothing) >= 1 / 1.35


def test_who_is_far_from_the_middle_is_near_to_nobody_for_that() -> None:
    """In proportion to how far out they are, two strangers there would seem near."""
    population = Population(1)
    gallery = filled(population.people(300))
    far = face(3) - face(4)
    far[0] += 1
    gallery.add(far)
    other = far + 0.6 * face(5)
    distances = relative(gallery, other)
    cosine = far @ other / np.linalg.norm(far) / np.linalg.norm(other)
    assert distances[-1] >= (2 - 2 * cosine) / 0.3 - 1e-3


def test_one_person_who_is_most_of_the_visitors_has_a_distance_still() -> None:
    """Nothing is divided by nothing."""
    gallery = filled(np.repeat(face(1)[None], 300, axis=0))
    assert np.isfinite(relative(gallery, face(1))).all()
    assert np.isfinite(relative(gallery, face(2))).all()


def test_among_few_visitors_and_dense_ones_templates_have_to_be_nearer() -> None:
    """The law is kept away from where it is not known to hold."""
    among = Threshold(prior=PRIORS["face_recognition"], limit=0.01).among
    assert among is not None
    usual = np.full(50, 1, np.float32)
    normal = among.reach_among(usual, 250)
    assert 0 < normal.sure < normal.same < normal.doubt < 1
    assert among.reach_among(usual, 50).same < normal.same
    assert among.reach_among(usual * np.float32(0.6), 250).same < normal.same
    assert among.reach_among(np.full(200, 1, np.float32), 250).same < normal.same


@pytest.mark.parametrize(
    ("usual", "stricter"), [(1.15, False), (1.05, False), (0.85, True)]
)
def test_how_low_strangers_come_here_says_how_low_the_threshold_goes(
    usual: float, stricter: bool
) -> None:
    """Who comes nearer than elsewhere makes it stricter; farther, never looser."""
    rng = np.random.default_rng(7)
    among = Threshold(prior=PRIORS["face_recognition"], limit=0.01).among
    assert among is not None
    before = among.distance(50)
    for _ in range(150):
        among.observe(rng.normal(usual, 0.15, 50).astype(np.float32))
    assert (among.distance(50) < before) == stricter
    assert among.distance(50) <= before
    told = among.promise(50).fpir
    assert told is not None
    assert told <= 0.0101


def test_a_known_crowd_is_what_a_book_compares_by() -> None:
    """Before and after: who comes back is known, a stranger is not."""
    crowd = Population(1)
    people = crowd.people(200)
    book = Book(
        rule=Rule(allowance_cm=60, window_s=400),
        threshold=Threshold(prior=PRIORS["face_recognition"], limit=0.01),
        dimension=DIMENSION,
    )
    known = wrong = 0
    for number, template in enumerate(people):
        now = 10.0 * number
        answer = book.request(template, 60, now)
        if not isinstance(answer, Reservation):
            wrong += 1
            continue
        book.settle(answer, 60, now)
        if number >= 110:
            known += book.identify(crowd.again(template)).visitor == answer.visitor
    assert wrong <= 4
    assert known > 80
    told = book.promise(2_000)
    assert told.visits > 70
    assert told.fpir is not None
