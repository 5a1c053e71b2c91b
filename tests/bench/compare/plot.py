"""Line plots as SVG: logarithmic axes, readable on light and on dark pages, no fonts of their own."""

import math

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 78, 24, 46, 62

STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 15px; font-weight: 600 }
  .axis { stroke: #57606a; stroke-width: 1; fill: none }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .line { fill: none; stroke-width: 2 }
  .s0 { stroke: #0969da; fill: #0969da } .s1 { stroke: #cf5c00; fill: #cf5c00 }
  .s2 { stroke: #1a7f37; fill: #1a7f37 } .s3 { stroke: #8250df; fill: #8250df }
  .line { fill: none !important }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .axis { stroke: #8b949e } .grid { stroke: #30363d }
    .s0 { stroke: #58a6ff; fill: #58a6ff } .s1 { stroke: #f0883e; fill: #f0883e }
    .s2 { stroke: #3fb950; fill: #3fb950 } .s3 { stroke: #bc8cff; fill: #bc8cff }
  }
"""


class Axis:
    """From values to places between two ends; logarithmic unless values include 0."""

    def __init__(self, values, start, end, unit="", whole_decades=False):
        self.linear = min(values) <= 0
        low, high = (min(values), max(values)) if self.linear else (
            math.log10(min(values)), math.log10(max(values)))
        if self.linear:
            self.low, self.high = min(low, 0), high or 1
        elif whole_decades:
            self.low, self.high = math.floor(low + 1e-9), math.ceil(high - 1e-9)
            if self.low == self.high:
                self.high += 1
        else:
            self.low, self.high = low, high if high > low else low + 1
        self.start, self.end, self.unit = start, end, unit

    def at(self, value):
        part = value if self.linear else math.log10(value)
        share = (part - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def decades(self):
        """Values for grid lines, each with whether it is to be labelled."""
        if self.linear:
            step = 10 ** math.floor(math.log10(self.high))
            if self.high / step < 4:
                step /= 2
            return [(i * step, True) for i in range(int(self.high / step) + 1)]
        few = self.high - self.low <= 2
        found = []
        for decade in range(math.floor(self.low), math.ceil(self.high) + 1):
            for digit in (1, 2, 5):
                value = digit * 10.0 ** decade
                if self.low - 1e-9 <= math.log10(value) <= self.high + 1e-9:
                    found.append((value, digit == 1 or few))
        return found


def number(value):
    for size, suffix in ((1e6, " M"), (1e3, " k")):
        if value >= size:
            return f"{value / size:g}{suffix}"
    return f"{value:g}"


def size(value):
    for unit, suffix in ((1 << 20, " MiB"), (1 << 10, " KiB")):
        if value >= unit:
            return f"{value / unit:g}{suffix}"
    return f"{value:g} B"


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


def svg(title, x_label, y_label, series, x_text=number):
    """`series`: {name: [(x, y)]}. Labels stand at the x values that were measured."""
    points = [point for line in series.values() for point in line]
    x_axis = Axis([x for x, _ in points], LEFT + 12, WIDTH - RIGHT - 12)
    # Room above for what a line does at its highest, and below for a figure that is nearly 0.
    y_axis = Axis([max(y, 1e-9) for _, y in points], HEIGHT - BOTTOM, TOP, whole_decades=True)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}</style>",
        f'<text class="title" x="{LEFT}" y="20">{escape(title)}</text>',
    ]
    for value, labelled in y_axis.decades():
        y = y_axis.at(value)
        out.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        if labelled:
            out.append(
                f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{number(value)}</text>'
            )
    last_label = -1000
    for x_value in sorted({x for x, _ in points}):
        x = x_axis.at(x_value)
        out.append(f'<path class="axis" d="M{x:.1f} {HEIGHT - BOTTOM}v5"/>')
        if x - last_label >= 56:
            last_label = x
            out.append(
                f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">'
                f"{x_text(x_value)}</text>"
            )
    out.append(f'<path class="axis" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>')
    out.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 18}" text-anchor="middle">'
        f"{escape(x_label)}</text>"
    )
    middle = (TOP + HEIGHT - BOTTOM) / 2
    out.append(
        f'<text transform="translate(18 {middle}) rotate(-90)" text-anchor="middle">'
        f"{escape(y_label)}</text>"
    )
    legend_x = WIDTH - RIGHT
    for index, (name, line) in reversed(list(enumerate(series.items()))):
        places = [(x_axis.at(x), y_axis.at(max(y, 1e-9))) for x, y in sorted(line)]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        out.append(f'<path class="line s{index}" d="M{path}"/>')
        out += [f'<circle class="s{index}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in places]
        if len(series) > 1:
            legend_x -= 8 * len(name) + 10
            out.append(f'<text x="{legend_x}" y="40">{escape(name)}</text>')
            legend_x -= 16
            out.append(f'<circle class="s{index}" cx="{legend_x + 9}" cy="36" r="4"/>')
    return "\n".join(out) + "\n</svg>\n"
