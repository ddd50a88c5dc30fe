"use strict";

// Says so when a passkey was not given: allauth's own script tells the console only.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.getElementById("passkey-trouble").hidden = false;
});
