"use strict";

// Shows a message when a passkey fails: allauth's own script only logs to the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.getElementById("passkey-trouble").hidden = false;
});
