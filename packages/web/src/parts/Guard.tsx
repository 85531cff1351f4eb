import { Component, type ReactNode } from "react"

/** Draws something else where what it holds cannot be drawn, so that one bad message does not take the page with it. */
export class Guard extends Component<{ otherwise: ReactNode; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true }
  }

  override render(): ReactNode {
    return this.state.failed ? this.props.otherwise : this.props.children
  }
}
