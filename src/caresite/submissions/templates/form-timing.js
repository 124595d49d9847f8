// Notes how many seconds it took to fill in a form: people need more than robots. Without it the form works as well.
const opened = Date.now();
for (const field of document.querySelectorAll('input[name="form_seconds"]')) {
  field.form.addEventListener("submit", () => {
    field.value = ((Date.now() - opened) / 1000).toFixed(1);
  });
}
