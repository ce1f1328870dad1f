"""The templates in the window."""

from hypothesis import given, strategies as st
import numpy as np
from numpy.typing import NDArray
import pytest

from custom_components.facequota.quota.gallery import Gallery

from .people import DIMENSION, crowd, face


def nearest(gallery: Gallery, probe: NDArray[np.float32]) -> tuple[str, float]:
    """Return name and distance of the template nearest to the probe."""
    distances = gallery.distances(probe)
    row = int(distances.argmin())
    return gallery.names[row], float(distances[row])


def test_the_transform_changes_no_distance() -> None:
    """What is kept can be searched as if it were the templates themselves."""
    people, gallery = crowd(200), Gallery(DIMENSION)
    gallery.add_all([str(person) for person in range(200)], people)
    probe = people[77] + np.float32(0.02) * people[3]
    assert nearest(gallery, probe)[0] == "77"
    expected = np.linalg.norm(people - probe / np.linalg.norm(probe), axis=1)
    assert gallery.distances(probe) == pytest.approx(expected, abs=1e-3)


def test_only_the_direction_of_a_template_counts() -> None:
    """A longer template is no other person, and its length would link epochs."""
    gallery = Gallery(DIMENSION)
    gallery.add("longer", 3 * face(1))
    assert np.linalg.norm(gallery.rows[0]) == pytest.approx(1, abs=1e-5)
    assert gallery.distances(face(1)) == pytest.approx([0], abs=2e-3)
    with pytest.raises(ValueError):
        gallery.distances(np.zeros(DIMENSION, np.float32))


def test_an_empty_gallery_has_no_distances() -> None:
    """The first visitor is like nobody."""
    assert Gallery(DIMENSION).distances(face(1)).shape == (0,)


def test_duplicates_are_kept_apart() -> None:
    """Removing one of two equal templates leaves the other."""
    gallery = Gallery(DIMENSION)
    gallery.add_all(["first", "second"], np.stack([face(1)] * 2))
    gallery.remove(["first"])
    name, distance = nearest(gallery, face(1))
    assert name == "second"
    assert distance == pytest.approx(0, abs=2e-3)


def test_an_unknown_name_removes_nothing() -> None:
    """All of them are there, or none goes."""
    gallery = Gallery(DIMENSION)
    gallery.add("known", face(1))
    with pytest.raises(KeyError):
        gallery.remove(["known", "unknown"])
    assert nearest(gallery, face(1))[0] == "known"


@pytest.mark.parametrize("names", [["new", "known"], ["new", "new"], ["new"]])
def test_a_name_has_one_template(names: list[str]) -> None:
    """All of them are kept, or none is."""
    gallery = Gallery(DIMENSION)
    gallery.add("known", face(1))
    with pytest.raises(ValueError):
        gallery.add_all(names, np.stack([face(2), face(3)]))
    assert gallery.names == ["known"]
    assert gallery.distances(face(2)).shape == (1,)


@given(st.lists(st.one_of(st.none(), st.sets(st.integers(0, 30))), max_size=40))
def test_names_stay_with_their_templates(steps: list[set[int] | None]) -> None:
    """After any additions and removals everyone is found under their name."""
    people, gallery = crowd(60), Gallery(DIMENSION)
    held: dict[str, int] = {}
    for person, step in enumerate(steps):
        if step is None:
            held[f"{person}"] = person
            gallery.add(f"{person}", people[person])
        else:
            gone = [name for name, person in held.items() if person in step]
            gallery.remove(gone)
            for name in gone:
                del held[name]
        assert sorted(gallery.names) == sorted(held)
    for name, person in held.items():
        assert nearest(gallery, people[person])[0] == name


def test_removed_templates_are_overwritten() -> None:
    """Nothing is left where they were, neither by removal, growth nor purge."""
    gallery = Gallery(DIMENSION)
    gallery.add_all([str(person) for person in range(64)], crowd(64))
    grown_from = gallery.rows
    gallery.add("64", face(1))
    assert not grown_from.any()
    gallery.remove(gallery.names[3:9])
    assert not gallery.rows[len(gallery) :].any()
    assert gallery.rows[: len(gallery)].any(axis=1).all()
    cleared = gallery.rows
    transform = gallery._transform  # noqa: SLF001 - nobody else may have it
    assert transform is not None
    gallery.clear()
    assert not cleared.any()
    assert not transform.any()


def test_templates_of_two_epochs_cannot_be_told_to_be_of_one_face() -> None:
    """One face in two epochs is as far from itself as from anybody."""
    gallery = Gallery(DIMENSION)
    kept = []
    for _ in range(30):
        gallery.add("same", face(1))
        kept.append(gallery.rows[0].copy())
        gallery.clear()
    cosines = (np.array(kept) @ np.array(kept).T)[np.triu_indices(30, 1)]
    # Evenly spread directions have cosines of mean 0 and spread 1/√128 = 0.088.
    assert abs(cosines.mean()) < 0.03
    assert cosines.std() == pytest.approx(0.088, abs=0.02)


def test_the_transform_goes_with_the_last_template() -> None:
    """A purge and the last expiry both begin a new epoch."""
    gallery = Gallery(DIMENSION)
    gallery.add("same", face(1))
    before = gallery.rows[0].copy()
    gallery.remove(["same"])
    gallery.add("same", face(1))
    assert np.linalg.norm(gallery.rows[0] - before) > 0.5


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30])
def test_an_invalid_template_is_refused(bad: float) -> None:
    """Not kept and not compared."""
    gallery, template = Gallery(DIMENSION), face(1)
    template[5] = bad
    with pytest.raises(ValueError):
        gallery.add("nobody", template)
    with pytest.raises(ValueError):
        gallery.distances(template)
    assert len(gallery) == 0


def test_a_template_of_another_engine_is_refused() -> None:
    """A gallery belongs to one engine."""
    gallery = Gallery(DIMENSION)
    gallery.add("somebody", face(1))
    for shape in ((512,), (), (1, DIMENSION)):
        with pytest.raises(ValueError):
            gallery.distances(np.ones(shape, np.float32))
    with pytest.raises(ValueError):
        Gallery(0)
