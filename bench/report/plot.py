"""Line charts as SVG: a few series over named places of the x axis, a linear or logarithmic y axis from the data."""
import math
from xml.sax.saxutils import escape

# Colours that colour-blind people can tell apart (Okabe and Ito); dashes besides, where colours are not printed.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
DASHES = ("", "", "6 3", "", "2 3", "8 3 2 3")
WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 70, 130, 40, 50


def ticks(low, high, logarithmic):
    """The round numbers of the y axis; the first and the last one enclose low and high."""
    if logarithmic:
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        return [10.0**power for power in range(first, max(last, first + 1) + 1)]
    step = 10 ** math.floor(math.log10(high or 1))
    step = next(step * part for part in (0.1, 0.2, 0.5, 1, 2) if high / (step * part) <= 6)
    return [step * i for i in range(math.ceil(high / step) + 1)]


def text(x, y, words, anchor="middle", **more):
    attributes = "".join(f' {name}="{value}"' for name, value in more.items())
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{attributes}>{escape(words)}</text>'


def spread(places, distance):
    """y coordinates of the labels at the lines' ends, moved apart; in the order given."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = dict(enumerate(places))
    for before, after in zip(order, order[1:]):
        moved[after] = max(moved[after], moved[before] + distance)
    return [moved[i] for i in range(len(places))]


def chart(title, x_label, y_label, names, series, logarithmic=False):
    """The SVG of `series`, {name: {place of x: y}}, over the places `names`; None when there is nothing to draw."""
    numbers = {name: number for number, name in enumerate(series)}  # a server's colour is the same in every chart
    series = {name: points for name, points in series.items() if points}
    values = [y for points in series.values() for y in points.values() if y > 0 or not logarithmic]
    if not values or max(values) <= 0:
        return None
    marks = ticks(min(values), max(values), logarithmic)
    scale = math.log10 if logarithmic else float
    low, high = scale(marks[0]), scale(marks[-1])

    def at(place, value=None):
        x = LEFT + (WIDTH - LEFT - RIGHT) * (names.index(place) + 0.5) / len(names)
        return x if value is None else (x, height(value))

    def height(value):
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (scale(value) - low) / (high - low)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
           f'font-size="12"><rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
           text(WIDTH / 2, 20, title, **{"font-size": 15}),
           text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, x_label),
           text(0, 0, y_label, transform=f"translate(16 {(TOP + HEIGHT - BOTTOM) / 2:.0f}) rotate(-90)")]
    for mark in marks:
        y = height(mark)
        out += [f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>', text(LEFT - 6, y + 4, f"{mark:g}", "end")]
    out += [text(at(name), HEIGHT - BOTTOM + 18, name) for name in names]
    drawn = [[at(place, points[place]) for place in names if points.get(place, 0) > 0 or
              place in points and not logarithmic] for points in series.values()]
    labels = spread([line[-1][1] for line in drawn], 14)
    for name, line, label in zip(series, drawn, labels):
        colour, dashes = COLOURS[numbers[name] % len(COLOURS)], DASHES[numbers[name] % len(DASHES)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in line)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" '
                   f'stroke-dasharray="{dashes}"/>')
        out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in line]
        out.append(text(line[-1][0] + 8, label + 4, name, "start", fill=colour))
    return "\n".join(out) + "\n</svg>\n"
