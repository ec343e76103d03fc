//! Comprehensions over what is known.

use ruff_python_ast::{Comprehension, ExprDictComp};
use ruff_text_size::Ranged;

use super::{Eval, Interpreter};
use crate::python::heap::HeapObject;
use crate::python::limits;
use crate::python::value::{PyValue, Reason};

/// What a comprehension makes of one turn; none where nothing of it is known.
type Element<'a, 'o> = &'a dyn Fn(&mut Interpreter<'o>) -> Eval<Option<PyValue>>;

impl<'o> Interpreter<'o> {
    pub(super) fn comprehension(
        &mut self,
        generators: &[Comprehension],
        element: Element<'_, 'o>,
        collect: fn(Vec<PyValue>) -> HeapObject,
    ) -> Eval {
        let mut items = Some(Vec::new());
        self.generate_all(generators, element, &mut items)?;
        Ok(match items {
            Some(items) => {
                let object = match collect(Vec::new()) {
                    HeapObject::Set(_) => return Ok(self.new_set(items)),
                    _ => HeapObject::List(items),
                };
                self.heap.new_object(object)
            }
            None => PyValue::Unknown(Reason::Arms),
        })
    }

    pub(super) fn dict_comprehension(&mut self, dict: &ExprDictComp) -> Eval {
        let mut items = Some(Vec::new());
        let element = |this: &mut Self| {
            let key = this.eval(&dict.key)?;
            let value = this.eval(&dict.value)?;
            Ok(Some(PyValue::tuple([key, value])))
        };
        self.generate_all(&dict.generators, &element, &mut items)?;
        let Some(items) = items else { return Ok(PyValue::Unknown(Reason::Arms)) };
        let made = self.heap.new_object(HeapObject::Dict(Vec::new()));
        for item in items {
            if let (PyValue::Object(made), PyValue::Tuple(pair)) = (&made, &item)
                && let [key, value] = &**pair
            {
                self.set_item_of_object(*made, key, value.clone());
            }
        }
        Ok(made)
    }

    /// Goes through all generators. What the first goes over is evaluated among the names around: `dir()` are those.
    fn generate_all(
        &mut self,
        generators: &[Comprehension],
        element: Element<'_, 'o>,
        items: &mut Option<Vec<PyValue>>,
    ) -> Eval<()> {
        let Some((first, rest)) = generators.split_first() else { return Ok(()) };
        let over = self.eval(&first.iter)?;
        self.within_names_of_its_own(|this| this.generate_over(first, over, rest, element, items))
    }

    fn within_names_of_its_own(&mut self, run: impl FnOnce(&mut Self) -> Eval<()>) -> Eval<()> {
        let inner = self.heap.namespace();
        let outer = std::mem::replace(&mut self.frame.locals, inner);
        let is_class = std::mem::replace(&mut self.frame.is_class, false);
        self.frame.closure.insert(0, outer);
        let done = run(self);
        self.frame.closure.remove(0);
        self.frame.locals = outer;
        self.frame.is_class = is_class;
        done
    }

    /// Goes through the generators; the items are lost where one of them, or a condition, is not known.
    fn generate(
        &mut self,
        generators: &[Comprehension],
        element: Element<'_, 'o>,
        items: &mut Option<Vec<PyValue>>,
    ) -> Eval<()> {
        let Some((generator, rest)) = generators.split_first() else {
            let item = element(self)?;
            if let (Some(items), Some(item)) = (items, item) {
                items.push(item);
            }
            return Ok(());
        };
        let over = self.eval(&generator.iter)?;
        self.generate_over(generator, over, rest, element, items)
    }

    fn generate_over(
        &mut self,
        generator: &Comprehension,
        over: PyValue,
        rest: &[Comprehension],
        element: Element<'_, 'o>,
        items: &mut Option<Vec<PyValue>>,
    ) -> Eval<()> {
        let at = generator.iter.start();
        let Some(over_items) = self.iterate(&over, at)?.filter(|items| items.len() <= limits::TURNS) else {
            *items = None;
            let doubt = (over.reason(), self.line(at));
            let once = |this: &mut Self| {
                this.assign(&generator.target, PyValue::Unknown(over.reason()))?;
                let mut lost = None;
                this.generate_if(generator, rest, element, &mut lost)?;
                Ok(PyValue::None)
            };
            self.fork_values(doubt, once, |_| Ok(PyValue::None))?;
            return Ok(());
        };
        for item in over_items {
            self.turns += 1;
            if self.has_turned_long() || items.as_ref().is_some_and(|items| items.len() > limits::ITEMS) {
                *items = None;
                return Ok(());
            }
            self.assign(&generator.target, item)?;
            self.generate_if(generator, rest, element, items)?;
        }
        Ok(())
    }

    fn generate_if(
        &mut self,
        generator: &Comprehension,
        rest: &[Comprehension],
        element: Element<'_, 'o>,
        items: &mut Option<Vec<PyValue>>,
    ) -> Eval<()> {
        for (index, condition) in generator.ifs.iter().enumerate() {
            let _ = index;
            let value = self.eval(condition)?;
            match self.truth(&value) {
                Some(true) => {}
                Some(false) => return Ok(()),
                None => {
                    *items = None;
                    let doubt = (value.reason(), self.line(condition.start()));
                    let inner = |this: &mut Self| {
                        this.generate(rest, element, &mut None)?;
                        Ok(PyValue::None)
                    };
                    self.fork_values(doubt, inner, |_| Ok(PyValue::None))?;
                    return Ok(());
                }
            }
        }
        self.generate(rest, element, items)
    }
}
