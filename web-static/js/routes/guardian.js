/* Addresses of the guardian place. */
export const routes = [];
