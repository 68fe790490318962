// Draws the API's schema with Swagger UI. What is tried out goes to this server only, with the page's own CSRF token.
import { csrfHeaders } from "./page.js";

const place = document.getElementById("api-docs");

window.SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  validatorUrl: "none",
  layout: "BaseLayout",
  presets: [window.SwaggerUIBundle.presets.apis],
  requestInterceptor(request) {
    if (new URL(request.url, window.location).origin === window.location.origin) Object.assign(request.headers, csrfHeaders());
    return request;
  },
});
