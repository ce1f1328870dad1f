/** The pictures of the display, to be understood without reading: lines in a box of 100 by 100. */

const line = (path, kind = "") => `<path class="line ${kind}" d="${path}"/>`;
const circle = (x, y, radius, kind = "") => line(`M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0`, kind);
const svg = (...parts) => `<svg viewBox="0 0 100 100" role="img">${parts.join("")}</svg>`;

const FACE = [circle(50, 42, 20), line("M43 38v3M57 38v3M43 51q7 6 14 0")];
const SHEET = [line("M30 12h40v24H30z"), line("M36 36v48l7-5 7 5 7-5 7 5V36", "strong")];
const CROSS = line("M22 14l56 56", "warn");
const HAND = line("M34 90V62l-8-9a5 5 0 0 1 8-6l6 7V26a5 5 0 0 1 10 0v20M50 46v-6a5 5 0 0 1 10 0v8M60 48v-4a5 5 0 0 1 10 0v28q0 12-8 18");

const RING = 42;
const AROUND = 2 * Math.PI * RING;

export const PICTURES = {
  idle: () => svg(HAND, line("M45 12v-8M30 18l-6-6M60 18l6-6", "strong")),
  open_lane: () => svg(...SHEET),
  look: () => svg(...FACE, line("M12 24V8h16M72 8h16v16M88 60v16H72M28 76H12V60", "strong")),
  take: () => svg(...SHEET, line("M82 50v30m-9-9l9 9 9-9", "strong")),
  /** A ring that shrinks: `left` is from 1 to 0. */
  wait: (left = 1) =>
    svg(
      circle(50, 50, RING, "soft"),
      `<circle class="line strong" cx="50" cy="50" r="${RING}" transform="rotate(-90 50 50)" stroke-dasharray="${AROUND * left} ${AROUND}"/>`,
      line("M50 28v22l14 9"),
    ),
  forgotten: () => svg(circle(50, 42, 20, "soft"), line("M28 56l15 15 32-38", "strong")),
  hold: () => svg(HAND, circle(50, 14, 9, "strong")),
  no_paper: () => svg(line("M30 12h40v24H30z"), line("M36 36v12M64 36v12", "soft"), CROSS),
  out_of_order: () => svg(line("M50 10l42 74H8z", "warn"), line("M50 36v24M50 70v2")),
};
