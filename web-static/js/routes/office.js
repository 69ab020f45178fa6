/* Addresses of the office place. */
export const routes = [];
