import numpy as np
import shapely

from hubtiers.show.figures.labels import Box
from hubtiers.show.figures.room import Piece, covered_cells, find_room

SIZE = (300.0, 200.0)


def free(rows=20, columns=30):
    return np.zeros((rows, columns), dtype=bool)


def test_pieces_stand_in_their_corners_in_turn():
    pieces = [
        Piece("a", 80, 40, ("lower left", "lower right")),
        Piece("b", 50, 30, ("upper right",)),
    ]
    places = find_room(pieces, free(), SIZE)
    assert places["a"] == Box(6, 6, 86, 46)
    assert places["b"] == Box(244, 164, 294, 194)


def test_a_second_piece_stands_beside_the_first():
    pieces = [Piece(name, 50, 40, ("lower left", "upper right")) for name in "ab"]
    places = find_room(pieces, free(), SIZE)
    assert places["b"].bottom == places["a"].bottom
    assert places["a"].right <= places["b"].left < 90
    assert places["a"].shared_area(places["b"]) == 0


def test_what_must_be_seen_is_not_covered():
    taken = free()
    taken[:8, :12] = True
    (place,) = find_room([Piece("a", 80, 40, ("lower left",))], taken, SIZE).values()
    rows, columns = np.nonzero(taken)
    cells = [
        Box(c * 10, r * 10, c * 10 + 10, r * 10 + 10) for r, c in zip(rows, columns, strict=True)
    ]
    assert sum(place.shared_area(cell) for cell in cells) == 0
    assert place.left < 130


def test_without_room_there_is_none_unless_it_is_forced():
    taken = ~free()
    taken[10:, 20:] = False
    piece = Piece("a", 200, 100, ("lower left",))
    assert find_room([piece], taken, SIZE) is None
    (forced,) = find_room([piece], taken, SIZE, force=True).values()
    assert (forced.left, forced.bottom) > (90, 80)
    assert find_room([Piece("a", 400, 10, ("lower left",))], free(), SIZE, force=True) is None


def test_cells_that_hold_something_are_found_from_the_bottom_up():
    cells = covered_cells(np.array([shapely.box(0, 0, 1, 1)], dtype=object), (0.0, 0.0, 10.0, 4.0))
    assert cells.shape == (60, 150)
    assert cells[:15, :15].all()
    assert not cells[16:].any()
    assert not cells[:, 16:].any()
