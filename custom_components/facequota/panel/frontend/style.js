/** The style of the page: Home Assistant's own colours and sizes, in light and dark. */

export const style = `
:host {
  display: block;
  min-height: 100vh;
  background: var(--primary-background-color);
  color: var(--primary-text-color);
  font-family: var(--ha-font-family-body, Roboto, sans-serif);
  font-size: 14px;
  line-height: 1.45;
  /* The theme's own colour is too faint for small letters. */
  --strong: color-mix(in srgb, var(--primary-color) 70%, var(--primary-text-color));
}
.toolbar {
  position: sticky;
  top: 0;
  z-index: 2;
  display: flex;
  align-items: center;
  gap: 12px;
  height: var(--header-height, 56px);
  padding: 0 16px;
  box-sizing: border-box;
  background: var(--app-header-background-color);
  color: var(--app-header-text-color);
  border-bottom: var(--app-header-border-bottom, none);
}
.toolbar h1 { flex: 1; min-width: 0; max-height: 100%; margin: 0; font-size: 20px; line-height: 1.2; font-weight: 400; overflow: hidden; overflow-wrap: anywhere; }
.toolbar .menu { border: 0; background: none; color: inherit; padding: 8px; margin-left: -8px; cursor: pointer; border-radius: 50%; display: flex; }
.toolbar [hidden] { display: none; }
.toolbar .dashboard { border: 1px solid currentColor; border-radius: 999px; background: none; color: inherit; font: inherit; padding: 6px 14px; cursor: pointer; white-space: nowrap; }
main { max-width: 1080px; margin: 0 auto; padding: 16px; display: grid; gap: 16px; }
.cards { display: grid; gap: 16px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); }
.cards .hints, .cards .wide { grid-column: 1 / -1; }
.card {
  background: var(--ha-card-background, var(--card-background-color, #fff));
  border: var(--ha-card-border-width, 1px) solid var(--ha-card-border-color, var(--divider-color));
  border-radius: var(--ha-card-border-radius, 12px);
  box-shadow: var(--ha-card-box-shadow, none);
  padding: 16px;
  min-width: 0;
}
.card header, dialog header { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 8px; margin-bottom: 8px; }
h2 { font-size: 16px; font-weight: 500; margin: 0; }
h3 { font-size: 14px; font-weight: 500; margin: 0; }
p { margin: 0 0 8px; }
a { color: var(--strong); text-decoration: none; }
a:hover { text-decoration: underline; }
.quiet, .label { color: var(--secondary-text-color); }
.hints { border-left: 4px solid var(--warning-color, #ffa600); }
.hints ul { margin: 8px 0; padding-left: 20px; }
.state::before { content: ""; display: inline-block; width: 10px; height: 10px; border-radius: 50%; margin-right: 8px; background: var(--disabled-text-color, #999); }
.state.on::before, .state.as_good::before { background: var(--success-color, #43a047); }
.state.worse::before { background: var(--warning-color, #ffa600); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(110px, 1fr)); gap: 12px; }
.tile { background: color-mix(in srgb, var(--primary-text-color) 5%, transparent); border-radius: 8px; padding: 12px; }
.value { font-size: 26px; line-height: 1.2; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 6px 16px; margin: 0; }
dt { color: var(--secondary-text-color); }
dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 6px 8px; border-bottom: 1px solid var(--divider-color); font-weight: 400; }
thead th { color: var(--secondary-text-color); font-size: 12px; vertical-align: bottom; }
tr > :first-child { padding-left: 0; }
tr > :last-child { padding-right: 0; }
tbody tr:last-child > * { border-bottom: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
@media (max-width: 600px) {
  .toolbar { gap: 8px; padding: 0 12px; }
  .toolbar h1 { font-size: 15px; }
  .toolbar .dashboard { flex: 0 1 auto; max-width: 48%; padding: 4px 12px; font-size: 13px; line-height: 1.2; white-space: normal; }
  th, td { padding: 6px 4px; }
  thead th { font-size: 11px; hyphens: auto; overflow-wrap: break-word; }
}
.actions { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.paper { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; justify-content: space-between; padding: 12px 0; border-top: 1px solid var(--divider-color); }
.paper .about { flex: 1 1 280px; }
.paper p { margin: 0; }
button, select { font: inherit; border-radius: 18px; padding: 7px 14px; cursor: pointer; }
button.plain { background: transparent; color: var(--strong); border: 1px solid var(--divider-color); }
button.primary { background: var(--strong); color: var(--card-background-color, #fff); border: 1px solid transparent; }
button.link { border: 0; padding: 4px 0; background: none; color: var(--strong); text-align: left; border-radius: 4px; }
button.link[aria-pressed="true"] { color: var(--primary-text-color); font-weight: 500; }
button:hover { filter: brightness(1.08); }
button:focus-visible, select:focus-visible, a:focus-visible { outline: 2px solid var(--strong); outline-offset: 2px; }
select { background: var(--secondary-background-color); color: var(--primary-text-color); border: 1px solid var(--divider-color); }
.empty { text-align: center; padding: 48px 16px; }
dialog {
  width: min(960px, 96vw);
  height: 92vh;
  padding: 12px 16px 16px;
  box-sizing: border-box;
  border: 0;
  border-radius: var(--ha-card-border-radius, 12px);
  background: var(--ha-card-background, var(--card-background-color, #fff));
  color: var(--primary-text-color);
}
dialog[open] { display: flex; flex-direction: column; }
dialog::backdrop { background: rgba(0, 0, 0, 0.5); }
iframe { flex: 1; width: 100%; border: 1px solid var(--divider-color); border-radius: 8px; background: #fff; }
`;
