// What is lost without this file: the number keys of the day's sheet. The boxes are ticked with
// the arrows, the space bar or the mouse as in any form.
(() => {
  "use strict";
  const form = document.querySelector("[data-sheet]");
  if (!form) return;
  const MACHINE = 60; // ms between two keys
  let last = 0, writing = 0;
  const rows = Array.from(form.querySelectorAll("tbody tr"), (row) =>
    Array.from(row.querySelectorAll("input[type=radio]")));
  const focus = (row) => {
    const box = row?.find((one) => one.checked) ?? row?.[0];
    (box ?? form.querySelector("button[type=submit]:last-of-type")).focus();
  };
  // A card on the scanner types digits as well, but no person does so quickly.
  form.addEventListener("keydown", (event) => {
    const isMachine = event.timeStamp - last < MACHINE;
    last = event.timeStamp;
    clearTimeout(writing);
    const at = rows.findIndex((row) => row.includes(event.target));
    const box = at < 0 ? null : rows[at][Number(event.key) - 1];
    if (!box || isMachine) return;
    event.preventDefault();
    writing = setTimeout(() => {
      box.checked = true;
      focus(rows[at + 1]);
    }, MACHINE);
  });
  focus(rows[0]);
})();
