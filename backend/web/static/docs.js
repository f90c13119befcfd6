"use strict";
const main = document.getElementById("swagger");
const urls = main.dataset.faces.split(" ").map((face) => ({ name: face, url: `/docs/${face}.yaml` }));
SwaggerUIBundle({
  urls,
  dom_id: "#swagger",
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: "StandaloneLayout",
});
