/* Addresses of the teacher place. */
export const routes = [];
