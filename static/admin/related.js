"use strict";
// Puts what was added in a plus sign's window into the form that opened it. Django does this for
// select lists, but in a group of tick boxes it would leave the new entry out.
{
  const dismissAdd = window.dismissAddRelatedObjectPopup;

  const addBox = (group, key, name) => {
    const row = document.createElement("div");
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.name = group.id.replace(/^id_/, "");
    box.value = key;
    box.checked = true;
    box.id = `${group.id}_${group.querySelectorAll("input").length}`;
    label.htmlFor = box.id;
    label.append(box, ` ${name}`);
    row.append(label);
    group.append(row);
    return box;
  };

  window.dismissAddRelatedObjectPopup = (popup, key, name) => {
    const group = document.getElementById(popup.name.replace(/__\d+$/, ""));
    if (!group || /^(SELECT|INPUT)$/.test(group.nodeName)) {
      dismissAdd(popup, key, name);
      return;
    }
    addBox(group, key, name).focus();
    popup.close();
  };
}
